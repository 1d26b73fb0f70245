"""Which model files stopped the engine, and how often."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from runtime.errors import EngineFailed

ALLOWED = 2
"""A model file that stopped the engine this often is not used again."""

type Culprit = tuple[str, int, int] | None


def culprit(path: str | None) -> Culprit:
    """What a death is blamed on: the file as it is now, so that a replaced one is tried anew; None without a model."""
    if path is None:
        return None
    try:
        status = Path(path).stat()
    except OSError:
        return path, 0, 0
    return path, status.st_size, status.st_mtime_ns


class Deaths:
    """Counts the deaths of the engine by what it was working with."""

    def __init__(self) -> None:
        self._counts: Counter[Culprit] = Counter()

    def note(self, blamed: Culprit) -> None:
        self._counts[blamed] += 1

    def check(self, blamed: Culprit) -> None:
        """Raises EngineFailed for what stopped the engine too often."""
        if self._counts[blamed] < ALLOWED:
            return
        if blamed is None:
            raise EngineFailed("The engine stopped twice without a model.", hint="llama-desk doctor says more.")
        raise EngineFailed(
            f"{Path(blamed[0]).name} stopped the engine twice and is not used again.", hint="Choose another model file."
        )
