"""The one way by which model files are opened to be read, wherever they lie.

The sealed desk may open only those in the places where models are kept: another one is opened by whoever was set by
`read_through`, which hands over a descriptor.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_OPENING = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _OPENING |= getattr(os, _name, 0)
_openers: list[Callable[[Path], int]] = []


def read_through(opener: Callable[[Path], int]) -> None:
    """From now on, for the life of this process. `opener` raises OSError."""
    _openers[:] = [opener]


def open_for_reading(path: Path) -> int:
    """A descriptor of the file, opened without waiting should it be a pipe.

    Raises OSError; ENXIO, from another opener, for what is not a regular file.
    """
    try:
        return os.open(path, _OPENING)
    except PermissionError:
        if not _openers:
            raise
        return _openers[0](path)
