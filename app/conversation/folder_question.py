"""A question about a folder, answered from its passages; each sentence of the answer shows what carries it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from app.conversation.events import Answered, AnswerEvent, AnswerNotice, AnswerText, PassagesFound
from app.conversation.fitting import Asked, Fitted, fit, room_for
from app.conversation.history import Exchange, words_to_search
from app.conversation.prompts import NOT_THERE, is_refusal
from app.conversation.retrieval import Retrieved, best_sentences, retrieve
from app.conversation.thread_context import shortened, trim
from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from app.errors import DeskError
from app.file_index.passage_vectors import PassageVectors
from app.folder_summary.citations import cite_text
from app.folder_summary.report import Citation, CitedSentence
from runtime.client import Restarted
from runtime.errors import RuntimeProblem
from runtime.protocol import Delta
from tools.sanitise import sanitise


class FolderQuestions:
    """Answers questions and remembers them, so that the next may lean on the last. No session means no model."""

    def __init__(
        self, database: DatabaseThread, session: EngineSession | None, vectors: PassageVectors | None = None
    ) -> None:
        self._database = database
        self._session = session
        self._vectors = vectors
        self.thread: list[Exchange] = []
        """What was said before; a recap comes first once the beginning did not fit the model's context any more."""
        self.instructions = ""
        """How the persona of this conversation answers."""

    def forget(self) -> None:
        """Begin a new conversation."""
        self.thread, self.instructions = [], ""

    async def answer(
        self, question: str, folder: Path | None, *, by_words: bool = False
    ) -> AsyncGenerator[AnswerEvent]:
        """The events of one answer, `Answered` the last; closing the generator stops the model.

        `folder` is one that was read, or None for all that were. With `by_words` only passages that have words of the
        question count: every question means something, and some passage is always the nearest to it. When the engine
        fails, the answer is the passages' own sentences, and a notice says why.
        """
        words = words_to_search(question, self.thread)
        meaning = await self._vectors.meaning(words) if self._vectors and not by_words else None
        found = await self._database.run(lambda db: retrieve(db, words, folder, meaning))
        yield PassagesFound(found.passages)
        if not found.passages:
            yield AnswerNotice(NOT_THERE)
            yield Answered((), None)
            return
        async with aclosing(self.answer_from(question, found, lambda: best_sentences(question, found.index))) as events:
            async for event in events:
                if isinstance(event, Answered) and event.sentences:
                    said = " ".join(cited.sentence for cited in event.sentences)
                    self.thread.append(Exchange(question, said))
                yield event

    async def answer_from(
        self,
        question: str,
        found: Retrieved,
        without_model: Callable[[], list[CitedSentence]],
        nothing: str = NOT_THERE,
    ) -> AsyncGenerator[AnswerEvent]:
        """The events of an answer from these passages, `Answered` the last.

        `without_model` gives the answer where no model writes one; it runs on the database's thread. `nothing` is said
        where there is none.
        """
        text = ""
        if self._session is not None:
            try:
                async with aclosing(self._write(question, found, self._session)) as written:
                    async for part in written:
                        if isinstance(part, AnswerText):
                            text = part.text if part.restart else text + part.text
                        yield part
            except (RuntimeProblem, DeskError) as problem:
                text = ""
                yield AnswerText("", restart=True)
                yield AnswerNotice(problem.sentence())
        text = text.strip()
        if is_refusal(text):
            yield AnswerNotice(nothing)
            yield Answered((), self._model)
            return
        sentences = await self._database.run(lambda _: cite_text(text, found.index))
        model = self._model if sentences else None
        if not sentences:
            sentences = await self._database.run(lambda _: without_model())
        if not sentences:
            yield AnswerNotice(nothing)
        yield Answered(tuple(sentences), model)

    async def _write(
        self, question: str, found: Retrieved, session: EngineSession
    ) -> AsyncGenerator[AnswerText | AnswerNotice]:
        """The model's text as it comes."""
        asked = Asked(question, found.passages, self.instructions)
        room = await room_for(asked, session)
        trimmed = await trim(self.thread, session, room.thread)
        if trimmed.notice:
            yield AnswerNotice(trimmed.notice)
            self.thread = await shortened(trimmed, session)
        fitted = await fit(asked, self.thread, room, session)
        if fitted.left_out:
            yield AnswerNotice(_left_out(fitted))
        client = await session.client()
        async with aclosing(client.generate(turns=fitted.turns, max_tokens=room.answer)) as events:
            async for event in events:
                match event:
                    case Delta():
                        yield AnswerText(sanitise(event.text))
                    case Restarted():
                        yield AnswerText("", restart=True)
                        yield AnswerNotice(event.message)
                    case _:
                        continue

    @property
    def _model(self) -> str | None:
        return self._session.name if self._session else None


def _left_out(fitted: Fitted) -> str:
    """Which passages the model does not see."""
    count = len(fitted.kept) + len(fitted.left_out)
    places = "; ".join(_place(passage) for passage in fitted.left_out)
    return f"{len(fitted.kept)} of {count} passages fit this model's context; left out: {places}."


def _place(passage: Citation) -> str:
    return f"{passage.path}, {passage.place}"
