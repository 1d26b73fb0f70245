"""A digest of messages: what the model writes of them, or else their own sentences, each citing its message."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import tzinfo

from app.conversation.events import Answered, AnswerEvent, PassagesFound
from app.conversation.folder_question import FolderQuestions
from app.conversation.message_passages import key_sentences, retrieved
from app.database_thread import DatabaseThread
from tools.inbox import Message

SUMMARISE = (
    "Summarise these messages in two to five sentences: who wants what from whom, what was decided, and which dates"
    " matter."
)
NOTHING_TOLD = "These messages hold no sentence that could stand for them."


async def digest_messages(
    messages: Sequence[Message], database: DatabaseThread, questions: FolderQuestions, zone: tzinfo
) -> AsyncGenerator[AnswerEvent]:
    """The events of the digest, `Answered` the last; closing the generator stops the model."""
    if not messages:
        yield Answered((), None)
        return
    found = await database.run(lambda _: retrieved(messages, zone))
    yield PassagesFound(found.passages)
    answer = questions.answer_from(SUMMARISE, found, lambda: key_sentences(messages, zone), NOTHING_TOLD)
    async with aclosing(answer) as events:
        async for event in events:
            yield event
