"""How a document is cut so that each request fits the model's context, whatever the size of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import DeskError

LARGEST_INPUT = 1536
"""Tokens of text in one request. Prefill grows faster than its length, and a small model loses the thread of more."""
LARGEST_ANSWER = 192
SMALLEST_INPUT = 96
SLACK = 0.03
"""Texts joined can take a few tokens more than their counts' sum."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens of text (`input`) and of answer that one request may have beside its instructions."""

    input: int
    answer: int


def budget_for(n_ctx: int, overhead: int) -> Budget:
    """Divide a context of `n_ctx` tokens, of which the instructions take `overhead`.

    Raises DeskError when the context is too small to summarise anything.
    """
    free = n_ctx - overhead
    answer = min(LARGEST_ANSWER, free // 6)
    text = min(LARGEST_INPUT, int((free - answer) * (1 - SLACK)))
    if text < SMALLEST_INPUT:
        raise DeskError(
            f"The model's context of {n_ctx} tokens is too small to summarise with.",
            title="Context too small",
            hint="Choose another model.",
        )
    return Budget(text, answer)


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest part of a document that is sent: a span of its text and the tokens that it takes."""

    start: int
    end: int
    tokens: int


def chunk(units: Sequence[Unit], budget: int) -> list[list[Unit]]:
    """Group consecutive units into as few chunks of at most `budget` tokens as will do, of about equal size.

    A unit larger than the budget is a chunk of its own.
    """
    left = sum(unit.tokens for unit in units)
    chunks: list[list[Unit]] = []
    current: list[Unit] = []
    size = 0
    target = _even_size(left, budget)
    for unit in units:
        if current and (size + unit.tokens > budget or size >= target):
            chunks.append(current)
            current, left = [], left - size
            size, target = 0, _even_size(left, budget)
        current.append(unit)
        size += unit.tokens
    if current:
        chunks.append(current)
    return chunks


def group(sizes: Sequence[int], budget: int) -> list[range]:
    """Group consecutive parts into runs of at most `budget` tokens, each of at least two parts where there are two."""
    runs: list[range] = []
    start = size = 0
    for index, tokens in enumerate(sizes):
        if index - start >= 2 and size + tokens > budget:
            runs.append(range(start, index))
            start, size = index, 0
        size += tokens
    runs.append(range(start, len(sizes)))
    return runs


def within(units: Sequence[Unit], budget: int) -> list[Unit]:
    """The first units that fit the budget together; always at least one."""
    chosen: list[Unit] = []
    size = 0
    for unit in units:
        if chosen and size + unit.tokens > budget:
            break
        chosen.append(unit)
        size += unit.tokens
    return chosen


def _even_size(tokens: int, budget: int) -> float:
    chunks = max(1, -(-tokens // budget))
    return tokens / chunks
