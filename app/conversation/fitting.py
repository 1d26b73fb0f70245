"""What of the passages and of the thread goes into the model's context with a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.conversation.history import Exchange
from app.conversation.prompts import passage_text, question_turns
from app.conversation.thread_context import count_exchanges
from app.engine_session import EngineSession
from app.errors import DeskError
from app.folder_summary.report import Citation
from runtime.protocol import Turn

LONGEST_ANSWER = 400
"""Tokens."""
_TEMPLATE = 24
"""Tokens at most that a chat template puts around an exchange, or that joining texts adds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the passages that may answer it, best first, and the persona that is to answer."""

    question: str
    passages: tuple[Citation, ...]
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens for the answer, and for what stands in the context beside the bare question."""

    answer: int
    context: int

    @property
    def thread(self) -> int:
        """For what was said before; the passages have the rest."""
        return max(0, self.context // 4)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The turns to send, and the passages among them and left out of them."""

    turns: tuple[Turn, ...]
    kept: tuple[Citation, ...]
    left_out: tuple[Citation, ...]


async def room_for(asked: Asked, session: EngineSession) -> Room:
    """What the question leaves room for. Raises RuntimeProblem when the engine cannot count."""
    client = await session.client()
    answer = min(LONGEST_ANSWER, session.n_ctx // 4)
    bare = await client.count_turns(question_turns(asked.question, (), (), asked.instructions))
    return Room(answer, session.n_ctx - answer - bare - _TEMPLATE)


async def fit(asked: Asked, thread: Sequence[Exchange], room: Room, session: EngineSession) -> Fitted:
    """The question with the best passages that fit, after the `thread`, which fits already.

    Raises DeskError when not even one passage fits, RuntimeProblem when the engine cannot count.
    """
    texts = [passage_text(passage) for passage in asked.passages]
    counts = [count + _TEMPLATE for count in await session.count_tokens(texts)]
    kept = _taken(counts, room.context - sum(await count_exchanges(thread, session)))
    if asked.passages and not kept:
        raise DeskError(
            "The question and a passage do not fit this model's context together.",
            title="Too long for this model",
            hint="Ask a shorter question, or use a model with a longer context.",
        )
    return Fitted(
        question_turns(asked.question, [texts[number] for number in kept], thread, asked.instructions),
        tuple(asked.passages[number] for number in kept),
        tuple(passage for number, passage in enumerate(asked.passages) if number not in kept),
    )


def _taken(counts: Sequence[int], room: int) -> list[int]:
    """The numbers of the passages that fit, the best first; a long one is passed over for the next."""
    taken = []
    for number, count in enumerate(counts):
        if count <= room:
            taken.append(number)
            room -= count
    return taken
