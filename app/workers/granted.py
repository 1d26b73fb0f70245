"""What the desk may have opened: the folders and files that its user pointed at, as the launcher keeps them."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from app.workers.grants_log import GrantsLog
from app.workers.withheld import SENTENCE, WORDS, is_withheld


class NotGiven(Exception):
    """A place that is not opened, whoever asks; its text is a sentence, or the end of one."""


class Granted:
    """Grows by `add` alone. `own` are places of the program's, which are granted without being noted in `log`."""

    def __init__(self, own: Iterable[Path], log: GrantsLog, *, private: Path | None = None) -> None:
        """`private` is the data folder, which no worker reads that is given a folder around it."""
        self.private = private
        self._roots = {os.path.realpath(path) for path in own}
        self.log = log
        self._lock = threading.Lock()

    def add(self, path: Path) -> None:
        """Grant a folder or file and what is below it.

        Raises NotGiven for a place that holds secrets, and where the grant cannot be written down.
        """
        real = os.path.realpath(path)
        if is_withheld(real):
            raise NotGiven(f"{path} {SENTENCE}")
        with self._lock:
            if self.holds(real):
                return
            try:
                self.log.add(real)
            except OSError as error:
                reason = (error.strerror or "the system refused it").lower()
                raise NotGiven(
                    f"{path} is not read, because that could not be written down in {self.log.path} ({reason})."
                    " Make room there, or move that file away."
                ) from error
            self._roots.add(real)

    def forget(self, path: str) -> None:
        """Take back what was granted at or below this whole path, and its name out of the log. Raises OSError."""
        with self._lock:
            self._roots -= {root for root in self._roots if root == path or root.startswith(f"{path.rstrip('/')}/")}
            self.log.forget(path)

    def holds(self, real: str) -> bool:
        """Whether a whole path, links resolved, is granted or lies below what is."""
        while real and real not in self._roots:
            real = real.rpartition("/")[0]
        return bool(real) or "/" in self._roots

    def check(self, descriptor: int) -> None:
        """Raises NotGiven, or PermissionError for an open file that lies elsewhere, whatever path led to it."""
        real = real_path(descriptor)
        if is_withheld(real):
            raise NotGiven(WORDS)
        if not self.holds(real):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def real_path(descriptor: int) -> str:
    """Where an open file lies. Raises OSError."""
    if sys.platform == "darwin":
        import fcntl

        return os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).split(b"\0", 1)[0])
    return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - the link's own text
