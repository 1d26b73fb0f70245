"""A claim on a file's name, with a note of who holds it. The system frees it when its process ends, however it ends."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from tools.sanitise import sanitise


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has something: its number, what the user started, since when (seconds since the epoch)."""

    pid: int = field(default_factory=os.getpid)
    command: str = ""
    since: float = field(default_factory=time.time)

    def __str__(self) -> str:
        """ "`llama-desk index`, process 4242, since 14:03 on 21 November"."""
        if not self.pid:
            return "another process"
        moment = datetime.fromtimestamp(self.since).astimezone()
        since = f"process {self.pid}, since {moment:%H:%M} on {moment.day} {moment:%B}"
        return f"`{self.command}`, {since}" if self.command else since


class Claim:
    """One claim, of any number of processes that may want it; `take`, `drop` and `holder` never wait.

    Callers take turns by a lock of their own, or two of them could see each other's attempt as somebody's hold.
    Raises OSError when the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._note = path.with_name(f"{path.name}.json")
        self._lock = FileLock(path, thread_local=False, mode=0o600)

    def take(self, holder: Holder) -> bool:
        """Hold it from now on; False when somebody does."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        with suppress(OSError):  # on a full disk the claim holds without its note
            self._note.touch(0o600)
            self._note.write_text(json.dumps(asdict(holder)), "utf-8")
        return True

    def drop(self) -> None:
        """Hold it no more; nothing is left in the folder."""
        self._note.unlink(missing_ok=True)
        self._lock.release()
        with suppress(OSError):  # on Windows while somebody looks at it
            self._path.unlink(missing_ok=True)

    def holder(self) -> Holder | None:
        """Who holds it; None when nobody does, and then nothing is left of those who died holding it."""
        if not self._path.exists():
            return None
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return self._noted()
        self.drop()
        return None

    def _noted(self) -> Holder:
        try:
            noted = json.loads(self._note.read_text("utf-8"))
            return Holder(int(noted["pid"]), sanitise(str(noted["command"])), float(noted["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Holder(0)
