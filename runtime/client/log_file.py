"""A log that stays small: what the engine process writes to its standard error."""

from __future__ import annotations

import os
from pathlib import Path

MAX_SIZE = 256 * 1024


class LogFile:
    """Appends to a file that only this user may read; when it is full it becomes `NAME.1`, and a new one begins.

    A disk that is full or a folder that is gone costs the log, never the engine: errors of the file are dropped.
    """

    def __init__(self, path: Path, *, max_size: int = MAX_SIZE) -> None:
        self._path = path
        self._max_size = max_size

    def append(self, data: bytes) -> None:
        try:
            if self._path.exists() and self._path.stat().st_size + len(data) > self._max_size:
                self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data[-self._max_size :])
        except OSError:
            return
