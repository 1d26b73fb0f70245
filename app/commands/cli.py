"""The command line: `llama-desk` and its commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

import app
from app.commands.ask import ask
from app.commands.doctor import doctor
from app.commands.search import search
from app.commands.summarise import summarise
from app.errors import DeskError, Exit
from runtime.errors import RuntimeProblem
from tools.errors import ToolProblem
from tools.sanitise import sanitise

ALIASES = {"summarize": "summarise"}


class Commands(click.Group):
    """The commands, with their other spellings."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, ALIASES.get(name, name))


@click.command(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(app.__version__, prog_name="llama-desk")
@click.option("--model", metavar="ID|FILE", help="The model to use: a GGUF file, or one in the models folder.")
@click.pass_context
def cli(context: click.Context, model: str | None) -> None:
    """A private assistant that lives on this desktop. Without a command it opens the screen.

    Exit codes: 0 done, 1 failed, 2 usage, 3 done in part, 130 interrupted. Data lives in one folder, which
    LLAMA_DESK_HOME moves.
    """
    if context.invoked_subcommand is None:
        from app.commands.screen import open_screen

        open_screen(model)


for command in (summarise, ask, search, doctor):
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Every failure is one sentence on stderr, and JSON if asked for."""
    try:
        result = cli.main(list(arguments), prog_name="llama-desk", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return _failed("That command line is not understood", error.format_message(), "See --help.", arguments)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        sys.stderr.close()
        return Exit.FAILED
    except (DeskError, RuntimeProblem, ToolProblem) as error:
        return _failed(error.title, error.message, error.hint, arguments)
    return int(result or Exit.DONE)


def _failed(title: str, message: str, hint: str, arguments: Sequence[str]) -> int:
    if "--json" in arguments:
        click.echo(json.dumps({"error": {"title": title, "message": message, "hint": hint}}, ensure_ascii=False))
    click.echo(sanitise(f"{message} {hint}".strip()), err=True)
    return Exit.USAGE if hint == "See --help." else Exit.FAILED
