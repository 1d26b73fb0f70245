"""Which model file is used: the one asked for, the one in the settings, the first in the models folder, or our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import DeskError
from app.locations import Locations, expanded
from runtime.manifest import load_manifest
from runtime.model_file import is_addition, makes_vectors
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

    `asked` comes from the command line and `preferred` from the settings: a file, the name of one in the models folder
    with or without its ending, or "pocket".

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


def adapters_for(model: Path, preferred: Mapping[str, Sequence[str]], places: Locations) -> list[Path]:
    """The LoRA adapters of a model, which the settings name by its file or name.

    Raises DeskError when one is not there.
    """
    names = {name_in_settings(model, places), str(model), model.name, model.stem}
    return [_find(adapter, places) for name, adapters in preferred.items() if name in names for adapter in adapters]


def installed_models(places: Locations) -> list[Path]:
    """The models that write, in the order of their names."""
    return [path for path in _installed(places) if not makes_vectors(path) and not is_addition(path)]


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
    return [path for path in _installed(places) if makes_vectors(path)]


def installed_additions(places: Locations) -> list[Path]:
    """Adapters and whatever else lies in the models folder and is no model of its own."""
    return [path for path in _installed(places) if is_addition(path)]


def _installed(places: Locations) -> list[Path]:
    return sorted(places.models.glob("*.gguf"))


def about_the_pocket_model(places: Locations) -> str:
    """One line for a person who has no other model: what this one can do, and how to get a bigger one."""
    first = load_manifest()[0]
    return (
        "This is the pocket model: it shortens the sentences that the digest chose and turns simple requests into tool"
        f" calls, no more. For real summaries and answers put {first.file} (from {first.repository} on Hugging Face)"
        f" into {places.models}, or name any GGUF file with --model."
    )


def _find(wanted: str, places: Locations) -> Path:
    if wanted == POCKET_ID:
        return POCKET_MODEL
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
