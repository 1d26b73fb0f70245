"""What of the passages and of the history goes into the model's context with a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.conversation.history import Exchange, latest_that_fit
from app.conversation.prompts import passage_text, question_turns
from app.engine_session import EngineSession
from app.errors import DeskError
from app.folder_summary.report import Citation
from runtime.protocol import Turn

LONGEST_ANSWER = 400
"""Tokens."""
_TEMPLATE = 24
"""Tokens at most that a chat template puts around an exchange, or that joining texts adds."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The turns to send, and the passages among them and left out of them."""

    turns: tuple[Turn, ...]
    kept: tuple[Citation, ...]
    left_out: tuple[Citation, ...]
    max_tokens: int


async def fit(
    question: str, passages: Sequence[Citation], exchanges: Sequence[Exchange], session: EngineSession
) -> Fitted:
    """The question with the best passages that fit, after the newest exchanges that fit in a quarter of the room.

    Raises DeskError when not even the question fits, RuntimeProblem when the engine cannot count.
    """
    client = await session.client()
    max_tokens = min(LONGEST_ANSWER, session.n_ctx // 4)
    bare = await client.count_turns(question_turns(question, (), ()))
    room = session.n_ctx - max_tokens - bare - _TEMPLATE
    texts = [passage_text(passage) for passage in passages]
    said = [f"{exchange.question}\n{exchange.answer}" for exchange in exchanges]
    counts = [count + _TEMPLATE for count in await session.count_tokens([*texts, *said])]
    earlier = latest_that_fit(exchanges, counts[len(texts) :], room // 4)
    room -= sum(counts[len(counts) - len(earlier) :]) if earlier else 0
    kept = _taken(counts[: len(texts)], room)
    if passages and not kept:
        raise DeskError(
            "The question and a passage do not fit this model's context together.",
            title="Too long for this model",
            hint="Ask a shorter question, or use a model with a longer context.",
        )
    return Fitted(
        question_turns(question, [texts[number] for number in kept], earlier),
        tuple(passages[number] for number in kept),
        tuple(passage for number, passage in enumerate(passages) if number not in kept),
        max_tokens,
    )


def _taken(counts: Sequence[int], room: int) -> list[int]:
    """The numbers of the passages that fit, the best first; a long one is passed over for the next."""
    taken = []
    for number, count in enumerate(counts):
        if count <= room:
            taken.append(number)
            room -= count
    return taken
