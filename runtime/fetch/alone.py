"""One download of a file at a time, and what one that was killed leaves beside its part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from runtime.fetch.part_file import ENDING
from runtime.fetch.problems import FetchProblem


@contextmanager
def alone(models: Path, name: str) -> Iterator[None]:
    """Two downloads never write one part of `name` in the folder `models`. Raises FetchProblem where another does."""
    models.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = models / f".{name}.lock"
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise FetchProblem(f"{name} is being downloaded by another llama-desk.", hint="Wait for that one.") from error
    try:
        yield
    finally:
        # Before its release, so that nobody else can hold it; Windows removes it then by itself.
        with suppress(PermissionError):
            path.unlink(missing_ok=True)
        lock.release()


def clear_leftovers(models: Path, name: str) -> None:
    """Remove the lock and the part without bytes of a download that was killed; nothing of one under way."""
    part, lock = models / f"{name}{ENDING}", models / f".{name}.lock"
    if not lock.exists():
        return
    with suppress(OSError, FetchProblem), alone(models, name):
        if part.is_file() and not part.stat().st_size:
            part.unlink()
