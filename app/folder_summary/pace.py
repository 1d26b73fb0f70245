"""How fast the model works and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Counts tokens read out of `total`; only what was generated in this run says anything about speed."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._started = clock()
        self._done = 0
        self._generated = 0
        self._seconds = 0.0
        self._written = 0

    def add(self, read: int, written: int, *, reused: bool) -> None:
        """A piece is done: `read` tokens of the sources went into it and `written` came out."""
        now = self._clock()
        self._done += read
        if not reused:
            self._generated += read
            self._written += written
            self._seconds += now - self._started
        self._started = now

    @property
    def tokens_per_second(self) -> float:
        """Tokens read and written in a second, so far."""
        return (self._generated + self._written) / self._seconds if self._seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None until something was generated."""
        if not self._generated:
            return None
        return (self._total - self._done) * self._seconds / self._generated
