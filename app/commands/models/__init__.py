"""`llama-desk models`: each command is imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "list": ("app.commands.models.listing", "list_"),
    "info": ("app.commands.models.describing", "info"),
    "pull": ("app.commands.models.pulling", "pull"),
    "use": ("app.commands.models.using", "use"),
    "verify": ("app.commands.models.verifying", "verify"),
    "remove": ("app.commands.models.removing", "remove"),
    "test": ("app.commands.models.testing", "test"),
}
"""Where each command stands, in the order in which the help lists them."""


class ModelCommands(click.Group):
    """The commands of the models, by name."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name]
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=ModelCommands)
def models() -> None:
    """The models: on this machine, in other programs' folders, and to be had.

    A model is named by a GGUF file, by an ID of `models list`, or by the name that the program has for it that keeps
    it: ollama:llama3.2:1b, hf:org/repository/file.gguf. It is used where it is, and only if it is what it claims to be.
    """
