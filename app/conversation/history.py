"""What was asked and answered before, as far as a new question may lean on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime.protocol import Turn
from tools.words import content_words

SHORT_QUESTION = 3
"""Telling words. A question with fewer ("And when?") is about what the one before it was about."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer; the two are kept or dropped together."""

    question: str
    answer: str

    def turns(self) -> tuple[Turn, Turn]:
        return Turn(role="user", content=self.question), Turn(role="assistant", content=self.answer)


def latest_that_fit(exchanges: Sequence[Exchange], tokens: Sequence[int], room: int) -> list[Exchange]:
    """The newest exchanges that take at most `room` tokens together, in their order, without a gap."""
    kept: list[Exchange] = []
    for exchange, count in zip(reversed(exchanges), reversed(tokens), strict=True):
        if count > room:
            break
        room -= count
        kept.insert(0, exchange)
    return kept


def words_to_search(question: str, exchanges: Iterable[Exchange]) -> str:
    """The question, with the one before it when it says too little by itself."""
    before = [exchange.question for exchange in exchanges]
    if before and len(set(content_words(question))) < SHORT_QUESTION:
        return f"{question} {before[-1]}"
    return question
