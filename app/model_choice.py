"""Which model file is used: the one asked for, the one in the settings, or the first in the models folder."""

from __future__ import annotations

from pathlib import Path

from app.errors import DeskError
from app.locations import Locations, expanded
from runtime.manifest import load_manifest


def choose_model(asked: str | None, preferred: str | None, places: Locations) -> Path | None:
    """The GGUF file to load, or None when there is none on this machine.

    `asked` comes from the command line and `preferred` from the settings: a file, or the name of one in the models
    folder with or without its ending.

    Raises DeskError when the one asked for or preferred is not there.
    """
    wanted = asked or preferred
    if wanted is not None:
        return _find(wanted, places)
    installed = installed_models(places)
    return installed[0] if installed else None


def installed_models(places: Locations) -> list[Path]:
    return sorted(places.models.glob("*.gguf"))


def how_to_get_a_model(places: Locations) -> str:
    """One line for a person who has no model."""
    first = load_manifest()[0]
    return (
        f"No model is installed, so this is the digest alone: put {first.file} (from {first.repository} on Hugging"
        f" Face) into {places.models}, or name any GGUF file with --model."
    )


def _find(wanted: str, places: Locations) -> Path:
    path = expanded(wanted)
    if path.exists() or (path.suffix == ".gguf" and path.parent != Path()):
        return path.absolute()
    for name in (wanted, f"{wanted}.gguf", *(entry.file for entry in load_manifest() if entry.id == wanted)):
        if (places.models / name).is_file():
            return places.models / name
    raise DeskError(
        f"There is no model '{wanted}': it is neither a file nor in {places.models}.",
        title="Model not found",
        hint="Name a GGUF file with --model, or put it there.",
    )
