"""How fast bytes come, over the last seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 10.0
"""Seconds over which the rate is taken."""


class Pace:
    """Takes counts of bytes as they grow and tells their rate."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: deque[tuple[float, int]] = deque()

    def note(self, done: int) -> None:
        """`done`: how many bytes are here by now; fewer than before begins anew."""
        now = self._clock()
        if self._counts and done < self._counts[-1][1]:
            self._counts.clear()
        self._counts.append((now, done))
        while now - self._counts[0][0] > WINDOW:
            self._counts.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """None until half a second has been seen: before that it jumps."""
        if not self._counts:
            return None
        (start, first), (end, last) = self._counts[0], self._counts[-1]
        return (last - first) / (end - start) if end - start >= 0.5 else None

    def seconds_left(self, total: int) -> float | None:
        rate = self.bytes_per_second
        return (total - self._counts[-1][1]) / rate if rate else None
