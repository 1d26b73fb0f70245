"""Batches of tokenised conversations, made in other processes while the network trains.

Conversations of like length share a batch: none is cut, none sees another, and each begins at place 0 as in use.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from chat import pieces
from examples import MIX, Conversation, Examples
from tokenizer import word_pieces
from tokenizers import Tokenizer

POOL = 6144
"""Conversations that are sorted by length together."""
ROUND = 32
"""Lengths are padded to a multiple of this, so that there are few shapes."""
LONGEST = 1024
IGNORED = 0.0
COPYING = {**MIX, "copy": 60.0}


@dataclass(frozen=True)
class Batch:
    """`ids` is (rows, time) of uint16; `weights` is the loss weight of each token as a target, same shape."""

    ids: np.ndarray
    weights: np.ndarray


def encode(tokenizer: Tokenizer, conversation: Conversation, prompt_weight: float) -> tuple[list[int], list[float]]:
    """Token ids of a conversation and the weight of each: 1 where the assistant speaks."""
    ids: list[int] = []
    weights: list[float] = []
    for text, spoken in pieces(conversation):
        encoded = tokenizer.encode(text, add_special_tokens=False).ids
        ids += encoded
        weights += [1.0 if spoken else prompt_weight] * len(encoded)
    return ids, weights


def pool(tokenizer: Tokenizer, examples: Examples, tokens: int, *, copying: bool, random: Random) -> list[Batch]:
    """A pool of conversations as batches of about `tokens` tokens, in random order."""
    mix = COPYING if copying else MIX
    encoded = [encode(tokenizer, examples.draw(mix), IGNORED) for _ in range(POOL)]
    encoded = sorted((pair for pair in encoded if len(pair[0]) <= LONGEST), key=lambda pair: len(pair[0]))
    batches = []
    while encoded:
        longest = _padded(len(encoded[-1][0]))
        rows = [encoded.pop() for _ in range(min(max(1, tokens // longest), len(encoded)))]
        batches.append(_stacked(rows, longest))
    random.shuffle(batches)
    return batches


def _padded(length: int) -> int:
    return -(-length // ROUND) * ROUND


def _stacked(rows: list[tuple[list[int], list[float]]], time: int) -> Batch:
    ids, weights = np.zeros((len(rows), time), np.uint16), np.zeros((len(rows), time), np.float32)
    for row, (tokens, weight) in enumerate(rows):
        ids[row, : len(tokens)], weights[row, : len(tokens)] = tokens, weight
    return Batch(ids, weights)


class Producer:
    """Makes pools of batches in `processes` other processes; the order of what comes is the same each time."""

    def __init__(self, tokenizer: Path, seed: int, tokens: int, *, copying_pools: int, processes: int = 1) -> None:
        context = multiprocessing.get_context("spawn")
        self._queues = [context.Queue(2) for _ in range(processes)]
        self._workers = [
            context.Process(
                target=_work,
                args=(queue, tokenizer, seed + index, tokens, copying_pools // processes),
                daemon=True,
            )
            for index, queue in enumerate(self._queues)
        ]
        for worker in self._workers:
            worker.start()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            for queue in self._queues:
                yield from queue.get()

    def close(self) -> None:
        for worker in self._workers:
            worker.terminate()


def _work(queue: multiprocessing.Queue[list[Batch]], tokenizer: Path, seed: int, tokens: int, copying: int) -> None:
    loaded, random = Tokenizer.from_file(str(tokenizer)), Random(seed)
    examples = Examples(seed, pieces=word_pieces(loaded))
    done = 0
    while True:
        queue.put(pool(loaded, examples, tokens, copying=done < copying, random=random))
        done += 1
