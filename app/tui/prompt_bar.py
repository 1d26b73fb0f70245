"""The prompt with what belongs to it: a list of fitting commands over it, and at its end how the line will be read."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from app.tui.commands import Command, commands_starting_with
from app.tui.prompt import Prompt

_MOST_COMMANDS = 6


class PromptBar(Vertical):
    DEFAULT_CSS = """
    PromptBar {
        height: auto; border-top: solid $line; background: $background; padding: 0 1;
        & > #command-hints { display: none; color: $quiet; margin-bottom: 1; }
        & > #prompt-line { height: 1; }
        & > #prompt-line > #prompt-mark { width: 2; color: $primary; text-style: bold; }
        & > #prompt-line > Prompt { width: 1fr; }
        & > #prompt-line > #prompt-work { width: auto; color: $quiet; margin-left: 2; }
        &:focus-within { border-top: solid $primary; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(Content(""), id="command-hints")
        with Horizontal(id="prompt-line"):
            yield Static("›", id="prompt-mark", markup=False)
            yield Prompt()
            yield Static("", id="prompt-work", markup=False)

    def invite(self, folder_name: str | None) -> None:
        """Say in the empty line what can be typed now."""
        self.query_one(Prompt).placeholder = (
            f"Ask about {folder_name}, or / for commands"
            if folder_name
            else "Ask for something, or type the path of a folder"
        )

    def show_work(self, words: str) -> None:
        for line in self.query("#prompt-work").results(Static):
            line.update(Content(words))

    @on(Input.Changed)
    def _hint_commands(self, event: Input.Changed) -> None:
        value = event.value
        name, space, _ = value[1:].partition(" ")
        found = commands_starting_with(name) if value.startswith("/") else []
        if space:
            found = [command for command in found if command.name == name]
        hints = self.query_one("#command-hints", Static)
        listed = _listed(found)
        # A layout of the whole screen for every key would be felt.
        if listed != hints.content:
            hints.display = bool(found)
            hints.update(listed)


def _listed(commands: list[Command]) -> Content:
    shown = commands[:_MOST_COMMANDS]
    width = max((len(command.usage) for command in shown), default=0)
    lines = [Content.assemble((command.usage.ljust(width + 2), "bold"), command.help) for command in shown]
    if len(commands) > len(shown):
        lines.append(Content(f"and {len(commands) - len(shown)} more: ? lists them all"))
    return Content("\n").join(lines)
