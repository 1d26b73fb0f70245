"""`llama-desk models use ID|FILE`"""

from __future__ import annotations

from pathlib import Path

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.model_choice import choose_model
from app.settings import keep_setting
from runtime.manifest import WRITING_ROLES, load_manifest
from runtime.model_file import check_model
from runtime.model_store import role_of
from tools.sanitise import is_clean, sanitise


class Used(BaseModel):
    """What `models use --json` prints: what stands in the settings now."""

    setting: str
    value: str
    path: str


@click.command()
@click.argument("model", metavar="ID|FILE")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def use(model: str, as_json: bool) -> int:
    """Use a model from now on: one that writes for answers, one for vectors in the search.

    It is written into settings.toml; what else stands there stays as it is.
    """
    if not model.strip():
        raise click.UsageError("An empty name is no model's.")
    places = locations().make()
    path = choose_model(model, None, places)
    setting = _setting_for(path, places)
    value = str(path) if _is_file(model) else model
    if not is_clean(value):
        raise DeskError("The model's name has characters that settings.toml cannot hold.", hint="Rename the file.")
    keep_setting(places.settings, setting, value)
    if as_json:
        echo_json(Used(setting=setting, value=sanitise(value), path=sanitise(str(path))))
    else:
        purpose = "answers" if setting == "model" else "search by meaning"
        click.echo(f"{sanitise(value)} is used for {purpose} from now on.")
    return Exit.DONE


def _setting_for(path: Path, places: Locations) -> str:
    """Raises BadModelFile for a file that does not run, DeskError for one that does nothing by itself."""
    role = role_of(path, places.models, load_manifest())
    if role in WRITING_ROLES or role == "embedding":
        return "embedding_model" if check_model(path).embeds else "model"
    raise DeskError(
        f"{path.name} is not used by itself: it is a model for the role {role}.",
        title="Not a model to answer with",
        hint="See llama-desk models list --role chat.",
    )


def _is_file(wanted: str) -> bool:
    """Whether it was a path that named the model: that is kept in full, for another folder to find it from."""
    return Path(wanted).expanduser().is_file()
