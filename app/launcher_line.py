"""The desk's ends of the two pipes to the launcher, by which it asks for downloads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class LauncherLine:
    """Lines to the launcher and lines from it."""

    requests: BinaryIO
    events: BinaryIO


_line: LauncherLine | None = None


def hold_line(requests: int, events: int) -> None:
    """Keep the descriptors for this process; the processes that it starts do not inherit them."""
    global _line  # noqa: PLW0603 - one process has one launcher
    _line = LauncherLine(os.fdopen(requests, "wb", buffering=0), os.fdopen(events, "rb"))


def launcher_line() -> LauncherLine | None:
    """None where the desk was started by nobody, or by a launcher that downloads nothing."""
    return _line
