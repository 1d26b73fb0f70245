"""What an engine is told on its command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_BACKENDS = "--backends="


def backends_option(folder: Path) -> str:
    """The argument that names the folder of the user's own backends."""
    return f"{_BACKENDS}{folder}"


def backends_in(arguments: Sequence[str]) -> Path | None:
    """The folder that the arguments name; None when it is none, or not a whole path."""
    for argument in arguments:
        folder = Path(argument.removeprefix(_BACKENDS))
        if argument.startswith(_BACKENDS) and folder.is_absolute():
            return folder
    return None
