"""The one way by which files of the user's are opened to be read.

The sealed desk may open none of them itself: then whoever was set by `read_through` does, and hands over a descriptor.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from tools.errors import ToolProblem


class Withheld(ToolProblem):
    """A place that is not read, whoever asks for it."""

    title = "That is not read"


class WithheldFile(OSError):
    """A file that is not read, whoever asks for it."""


class Opener(Protocol):
    """Opens what this process may not."""

    def grant(self, path: Path) -> None:
        """Note that the user pointed at this folder or file. Raises Withheld for one that is not read."""

    def open(self, path: Path | str, *, follow: bool, folder: int | None) -> int:
        """A descriptor of a regular file below what was granted. Raises OSError, WithheldFile among them."""


_OPENING = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _OPENING |= getattr(os, _name, 0)
_openers: list[Opener] = []


def read_through(opener: Opener) -> None:
    """From now on, for the life of this process."""
    _openers[:] = [opener]


def reads_through_another() -> bool:
    """Whether a library that opens a file by its path will be refused."""
    return bool(_openers)


def point_at(path: Path) -> None:
    """Note that the user pointed at this folder or file: what is below may be opened. Raises Withheld."""
    for opener in _openers:
        opener.grant(path)


def open_for_reading(path: Path | str, *, follow: bool = True, folder: int | None = None) -> int:
    """A descriptor of the file, opened without waiting for a pipe or taking a terminal; `folder` is one `path` is in.

    Without `follow` a link is refused. Raises OSError; ENXIO, from another opener, for what is not a regular file.
    """
    flags = _OPENING | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    try:
        return os.open(path, flags, dir_fd=folder)
    except PermissionError:
        if not _openers:
            raise
        return _openers[0].open(path, follow=follow, folder=folder)
