"""What was asked and answered before, as far as a new question may lean on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime.protocol import Turn
from tools.words import content_words

SHORT_QUESTION = 3
"""Telling words. A question with fewer ("And when?") is about what the one before it was about."""
RECAP = "What have we said so far, in short?"
"""What the model is told that it was asked when a summary stands for the beginning of a conversation."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and all that came of it, kept or dropped together."""

    question: str
    answer: str
    between: tuple[Turn, ...] = ()
    """The calls of tools that led to the answer, and what the tools said."""
    last_turn: int | None = None
    """The kept turn that it ends with."""
    is_recap: bool = False
    """The answer is a summary of what was said up to `last_turn`."""

    def turns(self) -> tuple[Turn, ...]:
        answer = (Turn(role="assistant", content=self.answer),) if self.answer else ()
        return Turn(role="user", content=self.question), *self.between, *answer

    def text(self) -> str:
        return "\n".join(turn.content for turn in self.turns())


def recap(summary: str, last_turn: int | None) -> Exchange:
    """A summary of what was said up to `last_turn`, as an exchange in its place.

    It may repeat what a file or a message said, so it is to be trusted no more than they are.
    """
    return Exchange(RECAP, summary, last_turn=last_turn, is_recap=True)


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
    before = [exchange.question for exchange in exchanges if not exchange.is_recap]
    if before and len(set(content_words(question))) < SHORT_QUESTION:
        return f"{question} {before[-1]}"
    return question
