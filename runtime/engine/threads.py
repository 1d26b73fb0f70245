"""How many threads to compute with, found by watching how long a token takes.

llama.cpp's threads wait for each other after every operation, spinning. One other busy program on a machine with two
cores can therefore slow two threads down to less than what one thread does, so the number that is best on an idle
machine is not the best on a busy one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

_HOPELESS = 2  # observations that end a trial which is twice as slow as before
_SLOW = 1.5  # this many times slower than it was is worth a trial of fewer threads
_BETTER = 0.97  # a trial has to gain this much to be kept
_SAME = 1.2  # a trial that is at most this much slower made no difference
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0  # seconds of computing between two trials


@dataclass(frozen=True, slots=True)
class _Trial:
    """What a trial has to beat: the number of threads before it, and the time of a token with them."""

    threads: int
    seconds: float


class Governor:
    """Keeps the number of threads between one and `most`, judging by the median of `enough` observations.

    It tries half of them, and half again where that made no difference, when a token takes much longer than it did,
    after `patience` seconds of computing, as the machine may have been busy from the start, and then once a minute.
    When it has given threads up, it tries one more after a pause that doubles with each trial in vain. A trial costs
    `enough` observations at another number.
    """

    def __init__(self, most: int, *, enough: int = 5, patience: float = 0.0, first: int | None = None) -> None:
        """`first` is the number to begin with, where a better one than `most` is known."""
        self.most = most
        self.threads = min(first or most, most)
        self._recent: deque[float] = deque(maxlen=enough)
        self._enough = enough
        self._usual: float | None = None
        self._trial: _Trial | None = None
        self._pause = patience
        self._waited = 0.0

    def observe(self, seconds: float, tokens: int = 1) -> int:
        """Take the time that `tokens` took with the present number of threads; return the number for the next."""
        self._recent.append(seconds / tokens)
        self._waited += seconds
        if self.most == 1:
            return 1
        if self._trial:
            self._watch(self._trial)
        elif len(self._recent) == self._enough:
            self._consider(median(self._recent))
        return self.threads

    def _consider(self, now: float) -> None:
        usual = now if self._usual is None else self._usual
        if self.threads > 1 and now > _SLOW * usual:
            self._start(self.threads // 2, now)
        elif self._waited >= self._pause:
            self._start(self.threads + 1 if self.threads < self.most else self.threads // 2, now)
        else:
            self._usual = min(usual * 1.01, now)  # rises slowly, as a longer context makes every token slower

    def _start(self, threads: int, now: float) -> None:
        self._trial = _Trial(self.threads, now)
        self._move(threads)

    def _watch(self, trial: _Trial) -> None:
        seen = len(self._recent)
        hopeless = seen >= min(_HOPELESS, self._enough) and min(self._recent) > 2 * trial.seconds
        if seen < self._enough and not hopeless:
            return
        now = median(self._recent)
        if 1 < self.threads < trial.threads and _BETTER * trial.seconds < now < _SAME * trial.seconds:
            self._move(self.threads // 2)
            return
        self._trial = None
        if now <= _BETTER * trial.seconds:
            self._usual, self._pause = now, self._rest()
        else:
            # Not the number of threads makes tokens slow, then; so this is what is usual from now on.
            self._usual = trial.seconds
            raised = self.threads > trial.threads
            self._move(trial.threads)
            self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause)) if raised else self._rest()
        self._waited = 0.0

    def _rest(self) -> float:
        """Seconds until a trial without a reason is due."""
        return _FIRST_PAUSE if self.threads < self.most else _LONGEST_PAUSE

    def _move(self, threads: int) -> None:
        self.threads = threads
        self._recent.clear()
        self._waited = 0.0
