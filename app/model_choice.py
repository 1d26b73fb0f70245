"""Which model file is used: the one asked for, the one in the settings, the first in the models folder, or our own.

A model is named by a file, by its id in the manifest or its file's name in the models folder, or, where another program
keeps it, by that program's name for it: "ollama:llama3.2:1b", "hf:org/repository/file.gguf". It is used where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.errors import DeskError
from app.locations import Locations, expanded
from runtime.manifest import WRITING_ROLES, ManifestEntry, ModelRole, load_manifest
from runtime.model_file import is_addition
from runtime.model_store import FoundModel, find_models, places_of, role_of
from runtime.model_store.found import PREFIXES
from runtime.model_store.ollama import default_name
from runtime.pocket import POCKET_ID, POCKET_MODEL


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be used: how it is listed, what names it for `choose_model`, and its size in bytes."""

    name: str
    wanted: str
    size: int
    in_use: bool

    @property
    def is_pocket(self) -> bool:
        """Whether it is our own small model, which can do little."""
        return self.wanted == POCKET_ID


def choose_model(asked: str | None, preferred: str | None, places: Locations) -> Path:
    """The GGUF file to load: the pocket model when there is no other.

    `asked` comes from the command line and `preferred` from the settings: a name as above, with or without the ending
    of a file in the models folder, or "pocket".

    Raises DeskError when the one asked for or preferred is not there.
    """
    wanted = asked or preferred
    if wanted is not None:
        return _find(wanted, places)
    installed = installed_models(places)
    return installed[0] if installed else POCKET_MODEL


def choose_embedding_model(preferred: str | None, places: Locations) -> Path | None:
    """The GGUF file that turns texts into vectors: the one in the settings, else the only one that is installed.

    Raises DeskError when the one in the settings is not there.
    """
    if preferred is not None:
        return _find(preferred, places)
    installed = installed_embedding_models(places)
    return installed[0] if len(installed) == 1 else None


def installed_models(places: Locations) -> list[Path]:
    """The models that write, in the order of their names; those made to draft for others come last."""
    roles = {path: _role(path, places) for path in _installed(places)}
    writing = [path for path, role in roles.items() if role in WRITING_ROLES]
    return sorted(writing, key=lambda path: roles[path] == "draft")


def models_to_choose(places: Locations, in_use: Path | None) -> list[ModelChoice]:
    """The models that a person may change to: those that are installed, our own, and the one in use wherever it is."""
    paths = [*installed_models(places), POCKET_MODEL]
    if in_use is not None and in_use not in paths:
        paths.insert(0, in_use)
    return [
        ModelChoice(
            POCKET_ID if path == POCKET_MODEL else path.stem,
            name_in_settings(path, places),
            path.stat().st_size,
            path == in_use,
        )
        for path in paths
        if path.is_file()
    ]


def name_in_settings(path: Path, places: Locations) -> str:
    """What names this model in the settings, for `choose_model`."""
    if path == POCKET_MODEL:
        return POCKET_ID
    return path.name if path.parent == places.models else str(path)


def installed_embedding_models(places: Locations) -> list[Path]:
    return [path for path in _installed(places) if _role(path, places) == "embedding"]


def installed_additions(places: Locations) -> list[Path]:
    """Adapters and whatever else lies in the models folder and is no model of its own."""
    return [path for path in _installed(places) if is_addition(path)]


def _installed(places: Locations) -> list[Path]:
    return sorted(places.models.glob("*.gguf"))


def _role(path: Path, places: Locations) -> ModelRole:
    return role_of(path, places.models, load_manifest())


def pocket_model_in_a_line() -> str:
    """What a person who has no other model is told again and again."""
    first = load_manifest()[0]
    return f"The pocket model copies and shortens, no more: llama-desk models pull {first.id} gets a real one."


def about_the_pocket_model(places: Locations) -> str:
    """For a person who has no other model: what this one can do, and every way to a bigger one."""
    first = load_manifest()[0]
    return (
        "This is the pocket model: it shortens the sentences that the digest chose and turns simple requests into tool"
        " calls, no more. For real summaries and answers fetch a bigger one: /models on the screen, or"
        f" llama-desk models pull {first.id}; or put any GGUF file into {places.models}, or name one with --model."
    )


def find_elsewhere(wanted: str, places: Locations) -> FoundModel | None:
    """The model of another program by its id in the manifest or by that program's name for it."""
    found = find_models(places_of(places.models)[1:], load_manifest())
    if wanted.startswith(PREFIXES["ollama"]):
        return found.named(default_name(wanted))
    return found.named(wanted) or found.of_entry(wanted)


def _find(wanted: str, places: Locations) -> Path:
    if wanted == POCKET_ID:
        return POCKET_MODEL
    if not _names_a_program(wanted):
        path = expanded(wanted)
        if path.exists() or (path.suffix == ".gguf" and path.parent != Path()):
            return path.absolute()
        for name in (wanted, f"{wanted}.gguf", *(entry.local_name for entry in _entries(wanted) if entry.runs)):
            if (places.models / name).is_file():
                return places.models / name
    elsewhere = find_elsewhere(wanted, places)
    if elsewhere is not None:
        return elsewhere.path
    raise _not_there(wanted, places)


def _names_a_program(wanted: str) -> bool:
    return any(prefix and wanted.startswith(prefix) for prefix in PREFIXES.values())


def _entries(wanted: str) -> list[ManifestEntry]:
    return [entry for entry in load_manifest() if entry.id == wanted]


def _not_there(wanted: str, places: Locations) -> DeskError:
    for entry in _entries(wanted):
        if not entry.runs:
            return DeskError(
                f"{entry.name} does not run here: {entry.why_not}",
                title="A model that does not run",
                hint=f"Take {entry.instead} instead.",
            )
        return DeskError(
            f"{entry.name} is not on this machine.",
            title="Model not found",
            hint=f"Fetch it with: llama-desk models pull {entry.id}",
        )
    return DeskError(
        f"There is no model '{wanted}': it is neither a file nor in {places.models}, nor in another program's folder.",
        title="Model not found",
        hint="Name a GGUF file, or one of those that llama-desk models list shows.",
    )
