"""`llama-desk inbox`: the commands are imported when one of them is called, for they need the readers of messages."""

from __future__ import annotations

import click


class InboxCommands(click.Group):
    """The commands of the inbox, by name, in the order in which the help lists them."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return ["import", "list", "search", "digest", "items", "done", "forget"]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if not self.commands:
            from app.commands.inbox import digesting, importing, items, looking

            for command in (*importing.COMMANDS, *looking.COMMANDS, *digesting.COMMANDS, *items.COMMANDS):
                self.add_command(command)
        return super().get_command(context, name)


@click.group(cls=InboxCommands)
def inbox() -> None:
    """The inbox: messages of mail programs and chats, brought in from files, found again by their words.

    Nothing is fetched or sent. Import mbox files, Maildir folders, .eml files, Thunderbird's profile folder, and what
    WhatsApp, Telegram, Signal and Instagram export, or iMessage's chat.db.
    """
