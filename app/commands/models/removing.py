"""`llama-desk models remove ID`"""

from __future__ import annotations

from pathlib import Path

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.model_choice import choose_model, find_elsewhere
from app.settings import load_settings
from app.wording import file_size
from runtime.model_places import PROGRAM_NAMES
from runtime.model_store import FoundModel, Program
from runtime.model_store.found import PREFIXES
from runtime.pocket import POCKET_MODEL
from tools.sanitise import sanitise

TITLE = "Nothing removed"


class Removed(BaseModel):
    """What `models remove --json` prints."""

    removed: list[str]


@click.command()
@click.argument("model", metavar="ID|FILE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def remove(model: str, yes: bool, as_json: bool) -> int:
    """Remove a model from the models folder. Files of other programs stay: it says how to remove them there."""
    places = locations().make()
    path = _own_file(model, places)
    if not yes:
        size = file_size(path.stat().st_size)
        click.confirm(sanitise(f"Remove {path.name} ({size}) from {path.parent}?"), abort=True, err=True)
    path.unlink()
    if as_json:
        echo_json(Removed(removed=[sanitise(str(path))]))
    else:
        click.echo(f"Removed: {sanitise(path.name)}")
    _warn_of_settings(model, path, places)
    return Exit.DONE


def _own_file(wanted: str, places: Locations) -> Path:
    """The file in our own folder. Raises DeskError for what is not ours to remove."""
    path = choose_model(wanted, None, places)
    if path == POCKET_MODEL:
        raise DeskError("The pocket model is part of the program and stays.", title=TITLE)
    if path.parent.resolve() == places.models.resolve():
        return path
    other = find_elsewhere(wanted, places)
    if other is None:
        raise DeskError(f"{path} is not in the models folder.", title=TITLE, hint="Remove it yourself if you want to.")
    raise DeskError(
        f"{wanted} belongs to {PROGRAM_NAMES[other.program]} and stays.", title=TITLE, hint=_how_there(other)
    )


def _how_there(model: FoundModel) -> str:
    name = model.name.removeprefix(PREFIXES[model.program])
    repository = "/".join(name.split("/")[:2])
    ways: dict[Program, str] = {
        "ollama": f"Remove it there: ollama rm {name}",
        "huggingface": f"Remove it there: hf cache rm model/{repository}",
        "lmstudio": "Remove it in LM Studio, under My Models.",
        "gpt4all": "Remove it in GPT4All, under Models.",
    }
    return ways[model.program]


def _warn_of_settings(wanted: str, path: Path, places: Locations) -> None:
    settings = load_settings(places.settings)
    for setting, value in (("model", settings.model), ("embedding_model", settings.embedding_model)):
        if value is not None and value in (wanted, path.name, path.stem, str(path)):
            click.echo(f"settings.toml still names it as {setting}: choose another with models use.", err=True)
