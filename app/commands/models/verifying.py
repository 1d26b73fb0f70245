"""`llama-desk models verify [ID]`"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.database_thread import DatabaseThread
from app.errors import Exit
from app.locations import Locations, locations
from app.model_choice import choose_model
from app.model_verification import State, Verified, verified
from app.wording import file_size
from runtime.manifest import load_manifest
from runtime.model_store import find_models, places_of
from tools.sanitise import sanitise


class Verification(BaseModel):
    """What `models verify --json` prints."""

    models: list[Verified]


@click.command()
@click.argument("model", metavar="[ID|FILE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def verify(model: str | None, as_json: bool) -> int:
    """Read a model file from end to end, or each on this machine, and compare its SHA-256 with what it must be.

    That is what the manifest says, or what it was when it came, or what Ollama or Hugging Face's cache name it for. Of
    one that nobody knows it is only seen whether it is a whole GGUF file.
    """
    places = locations().make()
    files = [(model, choose_model(model, None, places))] if model else _all_files(places)
    done: list[Verified] = []
    database = DatabaseThread(places.database)
    try:
        for name, path in files:
            if sys.stderr.isatty():
                click.echo(sanitise(f"Reading {name} ({file_size(path.stat().st_size)}) …"), err=True)
            done.append(verified(name, path, places, database))
            if not as_json:
                _print(done[-1])
    finally:
        database.close_now()
    if as_json:
        echo_json(Verification(models=done))
    elif not done:
        click.echo("There is no model on this machine but the pocket model, which is part of the program.", err=True)
    return _exit_code([one.status for one in done])


def _exit_code(states: Sequence[State]) -> Exit:
    unread = states.count("unreadable")
    if "changed" in states or "damaged" in states or 0 < unread == len(states):
        return Exit.FAILED
    return Exit.PARTLY if unread else Exit.DONE


def _all_files(places: Locations) -> Sequence[tuple[str, Path]]:
    found = find_models(places_of(places.models), load_manifest())
    return list({model.path: (model.name, model.path) for model in reversed(found.models)}.values())[::-1]


def _print(one: Verified) -> None:
    click.echo(f"{'NO ' if one.problem else 'ok '} {one.words()}")
