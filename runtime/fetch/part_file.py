"""The part of a file that is here: it grows beside its target, is hashed as it grows, and goes on after a kill."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

ENDING = ".part"
_BLOCK = 1 << 20


class PartFile:
    """`TARGET.part`, opened for as long as a download of it goes on; it is made when the first bytes come.

    Raises OSError wherever the disk does not do what is asked.
    """

    def __init__(self, target: Path, on_hashed: Callable[[int, int], None]) -> None:
        """Take over what an earlier download left. `on_hashed(done, size)` is told how far its hashing is, in bytes."""
        self._target = target
        self.path = target.with_name(target.name + ENDING)
        self._descriptor = -1
        self._digest = hashlib.sha256()
        self.size = 0
        """Bytes that are here."""
        if self.path.exists():
            self._open()
            self._take_over(on_hashed)
        self.resumed_from = self.size
        """Bytes of it that were here before, and still are."""

    def append(self, data: bytes) -> None:
        """Write behind what is here."""
        self._open()
        pending = memoryview(data)
        while pending:
            pending = pending[os.write(self._descriptor, pending) :]
        self._digest.update(data)
        self.size += len(data)

    def restart(self) -> None:
        """Begin with nothing."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._digest = hashlib.sha256()
        self.size = self.resumed_from = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def become_target(self) -> None:
        """Make the part the target, in one step that a loss of power does not undo or halve."""
        self._open()
        os.fsync(self._descriptor)
        self.close()
        self.path.replace(self._target)
        _sync_folder(self._target.parent)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays of a part without bytes."""
        empty = self._descriptor >= 0 and not self.size
        self.close()
        if empty:
            self.path.unlink(missing_ok=True)

    def _open(self) -> None:
        if self._descriptor < 0:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.path, flags, 0o600)

    def _take_over(self, on_hashed: Callable[[int, int], None]) -> None:
        whole = os.fstat(self._descriptor).st_size
        while data := os.read(self._descriptor, _BLOCK):
            self._digest.update(data)
            self.size += len(data)
            on_hashed(self.size, whole)


def sha256_of(path: Path, on_hashed: Callable[[int, int], None]) -> str:
    """The SHA-256 of a file, in hex; `on_hashed(done, size)` is told how far it is, in bytes."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        whole = os.fstat(file.fileno()).st_size
        done = 0
        while data := file.read(_BLOCK):
            digest.update(data)
            done += len(data)
            on_hashed(done, whole)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
