"""A folder for what is put aside, which nobody else clears away while its process lives, and anybody after that."""

from __future__ import annotations

import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

_LOCK = ".lock"
_SECONDS = 10.0


class HeldFolder:
    """A new folder in `parent`, for its owner alone, until it is closed. Raises OSError when it cannot be made."""

    def __init__(self, parent: Path, prefix: str) -> None:
        self.path = parent / f"{prefix}{secrets.token_hex(6)}"
        self._lock = _lock(self.path)
        # Held before there is a folder: one without a held lock is nobody's.
        self._lock.acquire(timeout=_SECONDS)
        try:
            self.path.mkdir(mode=0o700)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        _remove(self.path, self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def clear_unheld(parent: Path, prefix: str) -> None:
    """Remove those folders in `parent` whose process is gone; what cannot be removed stays for the next time."""
    for path in {one.with_name(one.name.removesuffix(_LOCK)) for one in parent.glob(f"{prefix}*")}:
        lock = _lock(path)
        with suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            _remove(path, lock)


def _lock(folder: Path) -> FileLock:
    return FileLock(folder.with_name(folder.name + _LOCK), mode=0o600, thread_local=False)


def _remove(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    file = Path(lock.lock_file)
    if sys.platform == "win32":  # where an open file stays
        lock.release()
    with suppress(OSError):
        file.unlink(missing_ok=True)
    lock.release()
