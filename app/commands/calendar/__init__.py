"""`llama-desk calendar`: the commands are imported when one of them is called, for they need the calendar libraries."""

from __future__ import annotations

import click


class CalendarCommands(click.Group):
    """The commands of the calendar, by name, in the order in which the help lists them."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return ["list", "free", "add", "move", "remove", "import", "export", "invite"]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if not self.commands:
            from app.commands.calendar import changing, looking, sharing

            for command in (*looking.COMMANDS, *changing.COMMANDS, *sharing.COMMANDS):
                self.add_command(command)
        return super().get_command(context, name)


@click.group(cls=CalendarCommands)
def calendar() -> None:
    """The calendar: see, add, move, remove and share events.

    Times are said in words of English, German, French, Italian, Portuguese, Spanish, Hindi or Thai: "next Friday at
    3pm", "morgen um 15 Uhr". What can mean several things is asked back. What you command is done at once, and
    `llama-desk undo` takes it back.
    """
