"""What was granted to the desk, each folder and file once: written by the launcher, where the desk cannot write."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 1 << 20
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
FORGOTTEN = ""
"""Stands for the path of what was forgotten: that something was granted at that time stays."""


class GrantsLog:
    """Lines of JSON in a file of the user's alone: `at`, in seconds since the epoch, and `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> Path:
        """The file, which is there from now on if it can be."""
        with suppress(OSError):
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | _NO_LINK, 0o600))
        return self._path

    def add(self, path: str) -> None:
        """Note a grant, if it is a new one. That it cannot be noted keeps nobody from what they want to read."""
        with suppress(OSError):
            if any(one["path"] == path for one in self.all()):
                return
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                if os.fstat(file.fileno()).st_size < _MOST_BYTES:
                    file.write(_line({"at": round(time.time(), 3), "path": path}))

    def all(self) -> list[dict[str, object]]:
        """All that was granted, oldest first; a line that is not one is passed over. Raises OSError."""
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found: list[dict[str, object]] = []
        for line in lines:
            with suppress(ValueError):
                match json.loads(line):
                    case {"at": int(at) | float(at), "path": str(path)}:
                        found.append({"at": at, "path": path})
        return found

    def forget(self, path: str) -> None:
        """Take out the names of a folder or file and of what is below it. Raises OSError."""
        kept = self.all()
        for one in kept:
            named = str(one["path"])
            if named == path or named.startswith(f"{path.rstrip('/')}/"):
                one["path"] = FORGOTTEN
        part = self._path.with_name(f"{self._path.name}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o600), "wb") as file:
            file.writelines(map(_line, kept))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)


def _line(one: dict[str, object]) -> bytes:
    return json.dumps(one).encode() + b"\n"
