"""The command line: `llama-desk` and its commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from app.commands.model_options import adapter_option, model_option
from app.errors import DeskError, Exit
from runtime.errors import RuntimeProblem
from tools.desk_db.keys import Keys, use_keys
from tools.desk_db.occupancy import name_this_process
from tools.errors import ToolProblem
from tools.sanitise import sanitise

SEE_HELP = "See --help."
KEEPING = ("summarise", "ask", "search", "index", "inbox", "calendar", "chats", "undo", "history")
"""The commands that use what is kept: after the first of them on a day, it is backed up."""
NAMES = (*KEEPING, "backup", "forget", "models", "privacy", "doctor", "bench")
"""Each command stands in a module of its name, in the order in which the help lists them."""
ALIASES = {"summarize": "summarise"}


class Commands(click.Group):
    """The commands, with their other spellings. Only the one that is called is imported, with what it needs."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(NAMES)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        name = ALIASES.get(name, name)
        if name not in NAMES:
            return None
        command: click.Command = getattr(import_module(f"app.commands.{name}"), name)
        return command


def _tell_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from app.build_facts import version_text

        click.echo(version_text())
        context.exit()


@click.command(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Say which version this is, with the llama.cpp inside, and stop.",
)
@model_option
@adapter_option
@click.pass_context
def cli(context: click.Context, model: str | None, adapters: tuple[str, ...]) -> None:
    """A private assistant that lives on this desktop. Without a command it opens the screen.

    Exit codes: 0 done, 1 failed, 2 usage, 3 done in part, 130 interrupted. Data lives in one folder, which
    LLAMA_DESK_HOME moves.
    """
    name_this_process(f"llama-desk {context.invoked_subcommand or ''}".strip())
    given = {name: value for name, value in (("model", model), ("adapters", adapters)) if value}
    context.default_map = {name: {**given, "digest": given} for name in NAMES}  # the inbox has a digest of its own
    if context.invoked_subcommand is None:
        from app.commands.screen import open_screen

        open_screen(model, adapters)


@cli.result_callback()
@click.pass_context
def back_up(context: click.Context, code: int | None, model: str | None, adapters: tuple[str, ...]) -> int | None:
    """Make the backup of the day, after what the user waited for. It never changes how the command ended."""
    del model, adapters
    if context.invoked_subcommand in KEEPING and code != Exit.INTERRUPTED:
        from app.daily_backup import back_up_after_command

        back_up_after_command()
    return code


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Every failure is one sentence on stderr, and JSON if asked for."""
    use_keys(_keys_of)
    try:
        return _run(arguments)
    except (DeskError, RuntimeProblem, ToolProblem) as error:
        return _failed(error.title, error.message, error.hint, arguments)
    except OSError as error:
        what = f"{error.filename or 'A file'}: {error.strerror or error}."
        return _failed("A file could not be used", what, "What was done is kept.", arguments)


def say_closed(error: OSError, arguments: Sequence[str]) -> int:
    """Say what kept the command line from being run at all, and return the exit code."""
    what = f"{error.filename or 'A file'} cannot be used: {error.strerror or error}."
    return _failed("A file could not be used", what, "Name another, or mend its permissions.", arguments)


def _keys_of(path: Path, is_new: bool) -> Keys:
    from app.encryption.data_keys import data_keys

    return data_keys()(path, is_new)


def _run(arguments: Sequence[str]) -> int:
    try:
        return int(cli.main(list(arguments), prog_name="llama-desk", standalone_mode=False) or Exit.DONE)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return _failed("That command line is not understood", _words_of(error), SEE_HELP, arguments)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED


def _words_of(error: click.ClickException) -> str:
    """Click's sentence, where it names its own types in a user's words."""
    said = error.format_message()
    return said.replace("is not a valid integer range.", "is no whole number.").replace("'[ID]'", "'ID'")


def _failed(title: str, message: str, hint: str, arguments: Sequence[str]) -> int:
    if "--json" in arguments:
        click.echo(json.dumps({"error": {"title": title, "message": message, "hint": hint}}, ensure_ascii=False))
    click.echo(sanitise(f"{message} {hint}".strip()), err=True)
    return Exit.USAGE if hint == SEE_HELP else Exit.FAILED
