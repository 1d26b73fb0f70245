"""Which conversations are worth a backward pass: those that the network is still most wrong about.

Most of what a trained network reads it already answers, and nothing is learned from that. A pass forward finds what is
left at a third of the cost of learning. Selective backprop: Jiang et al., https://arxiv.org/abs/1910.00762
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from batches import Batch

KEPT = 0.2
"""The part of the conversations that is learned from."""
ADJUSTING = 0.1
"""How fast the bar that a conversation's loss for each token must pass follows the losses."""

Row = tuple[np.ndarray, np.ndarray]


class Hardest:
    """Gathers the rows with the greatest losses for their length into batches of about `tokens` tokens."""

    def __init__(self, tokens: int) -> None:
        self._tokens = tokens
        self._bar = 0.0
        self._waiting: defaultdict[tuple[bytes, int], list[Row]] = defaultdict(list)

    def of(self, batch: Batch, losses: np.ndarray) -> Iterator[Batch]:
        """Batches that are full now, those rows of `batch` joined whose `losses` (rows) are worth their length."""
        time = batch.ids.shape[1]
        worth = losses / time
        self._bar = self._bar or max(float(np.quantile(worth, 1 - KEPT)), 1e-9)
        passed = worth >= self._bar
        self._bar *= math.exp(ADJUSTING * (float(passed.mean()) - KEPT))
        rows = self._waiting[batch.opening.tobytes(), time]
        rows += zip(batch.ids[passed], batch.weights[passed], strict=True)
        size = max(1, self._tokens // time)
        while len(rows) >= size:
            ids, weights = zip(*rows[:size], strict=True)
            del rows[:size]
            yield Batch(np.stack(ids), np.stack(weights), batch.opening)
