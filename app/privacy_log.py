"""The privacy ledger: each connection that something in the desk tried to open, and never the user's words."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Blocked:
    """`at` is seconds since the epoch; `code` names the function that tried."""

    at: float
    event: str
    code: str


class PrivacyLog:
    """A file of JSON lines in the data folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, event: str, code: str) -> None:
        """Note an attempt. That it cannot be noted must not let it through, so nothing is raised."""
        line = json.dumps({"at": round(time.time(), 3), "event": event, "code": code}) + "\n"
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.fstat(descriptor).st_size < _MOST_BYTES:
                    os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError:
            return

    def blocked(self) -> list[Blocked]:
        """All attempts, oldest first; a line that is not one is passed over."""
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except OSError:
            return []
        found = []
        for line in lines:
            try:
                found.append(Blocked(**json.loads(line)))
            except (TypeError, ValueError):
                continue
        return found
