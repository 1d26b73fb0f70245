"""Tells how far a download is, a few times a second however often it moves."""

from __future__ import annotations

import time
from collections.abc import Callable

from runtime.fetch.events import Progress
from runtime.fetch.pace import Pace

EVERY = 0.1
"""Seconds between two tellings of one state."""


class Teller:
    """Turns counts of bytes into progress. A new state and the last byte are told at once."""

    def __init__(self, tell: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._pace = Pace(clock)
        self._last: tuple[str, float] = ("", 0.0)

    def checking(self, done: int, total: int) -> None:
        if self._due("checking", whole=done == total):
            self._tell(Progress(state="checking", done=done, total=total))

    def asking(self, done: int, total: int | None) -> None:
        self._due("asking", whole=True)
        self._tell(Progress(state="asking", done=done, total=total))

    def fetching(self, done: int, total: int) -> None:
        self._pace.note(done)
        if self._due("fetching", whole=done == total):
            rate, left = self._pace.bytes_per_second, self._pace.seconds_left(total)
            self._tell(Progress(state="fetching", done=done, total=total, bytes_per_second=rate, seconds_left=left))

    def waiting(self, done: int, total: int | None, seconds: float) -> None:
        self._due("waiting", whole=True)
        self._tell(Progress(state="waiting", done=done, total=total, seconds_left=seconds))

    def _due(self, state: str, *, whole: bool) -> bool:
        now = self._clock()
        last_state, last_time = self._last
        if not whole and state == last_state and now - last_time < EVERY:
            return False
        self._last = (state, now)
        return True
