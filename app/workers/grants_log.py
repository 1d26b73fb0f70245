"""What was granted to the desk, each folder and file once: written by the launcher, where the desk cannot write."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 16 << 20
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
UNNAMED = ""
"""Stands for the path of what was forgotten, or was granted where data is encrypted: that something was stays."""


class GrantsLog:
    """Lines of JSON in a file of the user's alone: `at`, in seconds since the epoch, and `path`."""

    def __init__(self, path: Path, *, names: Callable[[], bool] = lambda: True) -> None:
        """`names` says whether names may be written down, as they may not where the user's data is encrypted."""
        self.path = path
        self._names = names
        self._known: set[str] | None = None
        """What is in the file already; read when that is first needed."""
        self._has_place = True

    def make(self) -> Path:
        """The file, which is there from now on. In a folder that this user may not write nothing is written down."""
        try:
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | _NO_LINK, 0o600))
        except OSError as error:
            self._has_place = error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}
        return self.path

    def add(self, path: str) -> None:
        """Note a grant, if it is a new one. Raises OSError, also for a file that is too large by now."""
        if self._known is None:
            self._known = {str(one["path"]) for one in self.all()} if self._has_place else set()
        if path in self._known or not self._has_place:
            return
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            if os.fstat(file.fileno()).st_size > _MOST_BYTES:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            file.write(_line({"at": round(time.time(), 3), "path": path if self._names() else UNNAMED}))
        self._known.add(path)

    def all(self) -> list[dict[str, object]]:
        """All that was granted, oldest first; a line that is not one is passed over. Raises OSError."""
        try:
            lines = self.path.read_bytes().splitlines()
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
        self._known = None
        for one in kept:
            named = str(one["path"])
            if named == path or named.startswith(f"{path.rstrip('/')}/"):
                one["path"] = UNNAMED
        part = self.path.with_name(f"{self.path.name}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o600), "wb") as file:
            file.writelines(map(_line, kept))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)


def _line(one: dict[str, object]) -> bytes:
    return json.dumps(one).encode() + b"\n"
