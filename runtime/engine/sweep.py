"""Which runs of a model tell how it is best run on this machine. Pure policy: it sees nothing but seconds."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

_RUNS = 4  # of one token; the fastest counts: the others waited for something
_PROBE = 16  # tokens that tell whether there is time for a whole chunk
_SAME = 1.05  # a saving of threads or memory may cost this much speed


@dataclass(frozen=True, slots=True)
class Trial:
    """One call of llama.cpp: so many tokens at once, with so many threads."""

    threads: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found; speeds in tokens a second. `ubatch` is 0 where there was no time to compare."""

    decode_threads: int
    prefill_threads: int
    ubatch: int
    prefill_speed: float
    decode_speed: float


@dataclass(slots=True)
class _Time:
    left: float


def thread_counts(most: int) -> list[int]:
    """The numbers of threads that are worth a trial, largest first: all, all but one, the half, a quarter, one."""
    return sorted({max(1, count) for count in (most, most - 1, most // 2, most // 4, 1)}, reverse=True)


def sweep(threads: Sequence[int], chunks: Sequence[int], seconds: float) -> Generator[Trial, float, Figures | None]:
    """The trials one after the other; each is to be answered with the seconds that it took.

    `threads` are tried from the first, `chunks` are the sizes of a prompt's pieces, smallest first. No trial is begun
    that would end after `seconds`, as far as can be told. None when they were over before anything was known, as on a
    cold start, when the first run reads the weights from the disk.
    """
    time = _Time(seconds / 2)
    yield from _fastest(Trial(threads[0], 1), 1, time)
    decode: dict[int, float] = {}
    for count in threads:
        if min(decode.values(), default=0.0) > time.left:
            break
        took = yield from _fastest(Trial(count, 1), _RUNS, time)
        if took is not None:
            decode[count] = took
    time.left += seconds / 2
    probed = yield from _fastest(Trial(threads[0], _PROBE), 1, time)
    if not decode or probed is None:
        return None
    # From here on, the seconds for each token of a prompt.
    sizes: dict[int, float] = {}
    for tokens in chunks:
        took = yield from _if_it_fits(Trial(threads[0], tokens), tokens * probed / _PROBE, time)
        if took is not None:
            sizes[tokens] = took / tokens
    prefill = {threads[0]: sizes.get(chunks[0], probed / _PROBE)}
    for count in threads[1:] if sizes else ():
        # Half of the threads may take twice the time.
        expected = chunks[0] * prefill[threads[0]] * threads[0] / count
        took = yield from _if_it_fits(Trial(count, chunks[0]), expected, time)
        if took is not None:
            prefill[count] = took / chunks[0]
    fastest = min([*sizes.values(), *prefill.values()])
    ubatch = _cheapest(sizes) if sizes else 0
    decode_threads = _cheapest(decode)
    return Figures(decode_threads, _cheapest(prefill), ubatch, 1 / fastest, 1 / decode[decode_threads])


def _if_it_fits(trial: Trial, expected: float, time: _Time) -> Generator[Trial, float, float | None]:
    """The seconds of one run; None when it is expected to end too late."""
    return (yield from _fastest(trial, 1, time)) if expected <= time.left else None


def _fastest(trial: Trial, runs: int, time: _Time) -> Generator[Trial, float, float | None]:
    """The seconds of the fastest of so many runs, or of as many as there is time for; None for none."""
    found: float | None = None
    for _ in range(runs):
        if time.left <= (found or 0.0):
            break
        took = yield trial
        time.left -= took
        found = took if found is None else min(found, took)
    return found


def _cheapest(costs: Mapping[int, float]) -> int:
    """The smallest number whose cost is about the least."""
    return min(number for number, cost in costs.items() if cost <= _SAME * min(costs.values()))
