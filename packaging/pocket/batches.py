"""Batches of tokenised conversations, made in other processes while the network trains.

Conversations of like length that begin alike share a batch, and what they begin with is computed once for all of them:
none is cut, none sees another, and each begins at place 0 as in use.
"""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from random import Random

import numpy as np
from chat import pieces
from examples import MIX, Conversation, Examples
from tokenizer import word_pieces
from tokenizers import Tokenizer

POOL = 6144
"""Conversations that are sorted by length together."""
ROUND = 16
"""Lengths are padded to a multiple of this, so that there are few shapes."""
LONGEST = 1024
IGNORED = 0.0
FEWEST = 100
"""Conversations with one beginning that get batches of their own."""
COPYING = {**MIX, "copy": 60.0}


@dataclass(frozen=True)
class Batch:
    """`ids` is (rows, time) of uint16; `weights` is the loss weight of each token as a target, same shape.

    `opening` (tokens) are the ids that all rows begin with and that stand before each of them.
    """

    ids: np.ndarray
    weights: np.ndarray
    opening: np.ndarray


Encoded = tuple[list[int], list[float]]


def encode(tokenizer: Tokenizer, conversation: Conversation, prompt_weight: float) -> Encoded:
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
    groups: defaultdict[Hashable, list[Encoded]] = defaultdict(list)
    for _ in range(POOL):
        conversation = examples.draw(mix)
        encoded = encode(tokenizer, conversation, IGNORED)
        if len(encoded[0]) <= LONGEST:
            groups[_beginning(conversation)].append(encoded)
    few = [beginning for beginning, group in groups.items() if len(group) < FEWEST]
    others = [encoded for beginning in few for encoded in groups.pop(beginning)]
    batches = [batch for group in (*groups.values(), others) for batch in _batches(group, tokens)]
    random.shuffle(batches)
    return batches


def _beginning(conversation: Conversation) -> Hashable:
    """What many conversations share: the tools, and the task when it stands before what it is about."""
    task, _, text = conversation.turns[0].text.partition("\n\n")
    return conversation.tools, task if text else ""


def _batches(group: list[Encoded], tokens: int) -> Iterator[Batch]:
    """Conversations of like length together; what all of the group begin with is said once for each batch."""
    if not group:
        return
    opening = _opening(group)
    group.sort(key=lambda encoded: len(encoded[0]))
    while group:
        longest = _padded(len(group[-1][0]) - opening)
        rows = [group.pop() for _ in range(min(max(1, tokens // longest), len(group)))]
        yield _stacked(rows, opening, longest)


def _opening(group: list[Encoded]) -> int:
    """How many tokens all have in common, at their beginnings and before anything that is learned."""
    first, last = min(ids for ids, _ in group), max(ids for ids, _ in group)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    spoken = min(next((place for place, weight in enumerate(weights) if weight), 0) for _, weights in group)
    return max(0, min(shared, spoken - 1))


def _padded(length: int) -> int:
    return -(-length // ROUND) * ROUND


def _stacked(rows: list[Encoded], opening: int, time: int) -> Batch:
    ids, weights = np.zeros((len(rows), time), np.uint16), np.zeros((len(rows), time), np.float32)
    for row, (tokens, weight) in enumerate(rows):
        length = len(tokens) - opening
        ids[row, :length], weights[row, :length] = tokens[opening:], weight[opening:]
    return Batch(ids, weights, np.array(rows[0][0][:opening], np.uint16))


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
