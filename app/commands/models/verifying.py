"""`llama-desk models verify [ID]`"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.database_thread import DatabaseThread
from app.errors import Exit
from app.locations import Locations, locations
from app.model_choice import choose_model
from app.model_hashes import compare_hash, fresh_hash
from app.wording import file_size
from runtime.errors import BadModelFile
from runtime.manifest import load_manifest
from runtime.model_store import expected_hash, find_models, places_of
from tools.sanitise import sanitise

State = Literal["right", "changed", "kept", "unknown", "unreadable"]


class Verified(BaseModel):
    """One file. `kept` says that its hash is compared with from now on, `unknown` that there is nothing to compare."""

    name: str
    path: str
    status: State
    sha256: str
    problem: str = ""


class Verification(BaseModel):
    """What `models verify --json` prints."""

    models: list[Verified]


@click.command()
@click.argument("model", metavar="[ID|FILE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def verify(model: str | None, as_json: bool) -> int:
    """Read a model file from end to end, or each on this machine, and compare its SHA-256 with what it must be.

    That is what the manifest says, or what it was when it came, or what Ollama or Hugging Face's cache name it for.
    """
    places = locations().make()
    files = [(model, choose_model(model, None, places))] if model else _all_files(places)
    done: list[Verified] = []
    with closing(_Hashes(places)) as hashes:
        for name, path in files:
            if sys.stderr.isatty():
                click.echo(sanitise(f"Reading {name} ({file_size(path.stat().st_size)}) …"), err=True)
            done.append(_verified(name, path, places, hashes))
            if not as_json:
                _print(done[-1])
    if as_json:
        echo_json(Verification(models=done))
    elif not done:
        click.echo("There is no model on this machine but the pocket model, which is part of the program.", err=True)
    if any(one.status == "changed" for one in done):
        return Exit.FAILED
    return Exit.PARTLY if any(one.status == "unreadable" for one in done) else Exit.DONE


class _Hashes:
    """The desk's memory of hashes, while files are read anew."""

    def __init__(self, places: Locations) -> None:
        self._database = DatabaseThread(places.database)

    def of(self, path: Path) -> str:
        return fresh_hash(self._database, path)

    def close(self) -> None:
        self._database.close_now()


def _all_files(places: Locations) -> Sequence[tuple[str, Path]]:
    found = find_models(places_of(places.models), load_manifest())
    return list({model.path: (model.name, model.path) for model in reversed(found.models)}.values())[::-1]


def _verified(name: str, path: Path, places: Locations, hashes: _Hashes) -> Verified:
    shown = sanitise(name), sanitise(str(path))
    try:
        sha256 = hashes.of(path)
    except OSError as error:
        problem = f"{shown[0]} cannot be read ({error.strerror})."
        return Verified(name=shown[0], path=shown[1], status="unreadable", sha256="", problem=problem)
    before = expected_hash(path, places.models, load_manifest())
    problem = ""
    try:
        compare_hash(path, sha256)
    except BadModelFile as different:
        problem = sanitise(different.sentence())
    after = expected_hash(path, places.models, load_manifest())
    status: State = "changed" if problem else "right" if before else "kept" if after else "unknown"
    return Verified(name=shown[0], path=shown[1], status=status, sha256=sha256, problem=problem)


def _print(one: Verified) -> None:
    words = {
        "right": "its SHA-256 is right",
        "kept": f"SHA-256 {one.sha256}; it is compared with that from now on",
        "unknown": f"SHA-256 {one.sha256}; nobody says what it must be",
    }
    if one.problem:
        click.echo(f"NO  {one.problem}")
    else:
        click.echo(f"ok  {one.name}: {words[one.status]}")
