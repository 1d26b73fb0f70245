"""Which rows of the batches are learned from: those with the greatest losses, each of them once."""

from __future__ import annotations

import numpy as np
from batches import Batch
from hardest import KEPT, Hardest

TIME, ROWS = 16, 50
OPENING = np.array([1, 2], np.uint16)


def batch(first: int, opening: np.ndarray = OPENING) -> Batch:
    """A batch of rows that are told apart by their ids."""
    ids = np.repeat(np.arange(first, first + ROWS, dtype=np.uint16)[:, None], TIME, 1)
    return Batch(ids, np.ones((ROWS, TIME), np.float32), opening)


def numbers(batches: list[Batch]) -> list[int]:
    return [int(number) for one in batches for number in one.ids[:, 0]]


def rising(number: int) -> np.ndarray:
    """Losses that all pass the bar when their numbers follow each other."""
    return np.full(ROWS, 2.0**number, np.float32)


def test_the_rows_with_the_greatest_losses_are_kept():
    hardest = Hardest(TIME)
    kept = numbers(list(hardest.of(batch(0), np.arange(ROWS, dtype=np.float32))))
    assert kept == list(range(ROWS - len(kept), ROWS))
    assert abs(len(kept) / ROWS - KEPT) < 0.05


def test_rows_wait_until_a_batch_is_full_and_none_is_lost():
    hardest = Hardest(TIME * 32)
    made = [one for number in range(8) for one in hardest.of(batch(number * ROWS), rising(number))]
    assert {one.ids.shape for one in made} == {(32, TIME)}
    assert numbers(made) == list(range(len(made) * 32))


def test_rows_of_different_openings_share_no_batch():
    hardest, other = Hardest(TIME * 100), np.array([3], np.uint16)
    made = [
        *hardest.of(batch(0), rising(0)),
        *hardest.of(batch(100, other), rising(1)),
        *hardest.of(batch(200), rising(2)),
    ]
    assert [one.opening.tolist() for one in made] == [[1, 2]]
    assert numbers(made) == [*range(ROWS), *range(200, 200 + ROWS)]


def test_the_bar_follows_the_losses():
    hardest, random = Hardest(TIME), np.random.default_rng(1)
    counts = []
    for step in range(400):
        losses = random.exponential(4.0 if step < 200 else 1.0, ROWS).astype(np.float32)
        counts.append(sum(1 for _ in hardest.of(batch(0), losses)) / ROWS)
    assert abs(np.mean(counts[100:200]) - KEPT) < 0.05
    assert abs(np.mean(counts[-100:]) - KEPT) < 0.05
