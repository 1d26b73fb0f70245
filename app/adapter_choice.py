"""Which LoRA adapters change a model: those that are named, or those that the settings have for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.errors import DeskError
from app.locations import Locations, expanded
from app.model_choice import name_in_settings


def adapters_for(model: Path, preferred: Mapping[str, Sequence[str]], places: Locations) -> list[Path]:
    """The LoRA adapters of a model, which the settings name by its file or name.

    Raises DeskError when one is not there.
    """
    names = {name_in_settings(model, places), str(model), model.name, model.stem}
    return [
        find_adapter(adapter, places) for name, adapters in preferred.items() if name in names for adapter in adapters
    ]


def find_adapter(wanted: str, places: Locations) -> Path:
    """A file, or one of the models folder, with or without its ending. Raises DeskError when there is none."""
    for path in (expanded(wanted), places.models / wanted, places.models / f"{wanted}.gguf"):
        if path.is_file():
            return path.absolute()
    raise DeskError(
        f"There is no adapter '{wanted}': it is neither a file nor in {places.models}.",
        title="Adapter not found",
        hint="Name a LoRA adapter in GGUF.",
    )
