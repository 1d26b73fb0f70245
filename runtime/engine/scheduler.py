"""What is computed next. Pure policy: it knows requests by their priority and phase, and nothing of llama.cpp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from runtime.protocol import Priority


class Job(Protocol):
    """What the scheduler sees of a request."""

    @property
    def priority(self) -> Priority: ...

    @property
    def prefilled(self) -> bool:
        """Whether its whole prompt has been decoded."""


@dataclass(frozen=True, slots=True)
class Step[J: Job]:
    """One call of llama.cpp: a prefill chunk of one job, or one token for each of `jobs`."""

    prefill: bool
    jobs: tuple[J, ...]


class Scheduler[J: Job]:
    """Foreground before background; one token for each decoding job, then one prefill chunk, and again.

    Background jobs run one after the other, in the order in which they came: no person waits for one of them, and what
    is finished early is stored early.

    With `together` off, each token is a call of its own. On a CPU, that makes every job's result independent of the
    others to the last bit (see `Context`). Its price is the gain of decoding several sequences at once.
    """

    def __init__(self, *, together: bool) -> None:
        self._together = together
        self._served: list[J] = []

    def next(self, running: Sequence[J]) -> Step[J] | None:
        """The next step for the jobs in `running`, which stand in the order in which they came."""
        pool = [job for job in running if job.priority == "foreground"]
        if not pool:
            pool = list(running) if self._together else list(running[:1])
        decoding = [job for job in pool if job.prefilled]
        prefilling = [job for job in pool if not job.prefilled]
        due = [job for job in decoding if not any(job is served for served in self._served)]
        if due:
            chosen = tuple(due) if self._together else (due[0],)
            self._served.extend(chosen)
            return Step(False, chosen)
        self._served.clear()
        if prefilling:
            return Step(True, (prefilling[0],))
        return self.next(running) if decoding else None


def admissible[J: Job](waiting: Sequence[J], running: Sequence[Job], slots: int) -> J | None:
    """The waiting job to start next, if one may: foreground first; background leaves one slot of several free."""
    free = slots - len(running)
    if free <= 0:
        return None
    for job in waiting:
        if job.priority == "foreground":
            return job
    kept_free = 1 if slots > 1 else 0
    return waiting[0] if waiting and free > kept_free else None
