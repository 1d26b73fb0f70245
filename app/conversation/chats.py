"""The conversations of a front end: the one it is in, what is said in it and kept, and the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.conversation.events import Answered, AnswerEvent
from app.conversation.history import Exchange
from app.conversation.kept_thread import thread_to
from app.conversation.personas import instructions_of
from app.conversation.transcript import Transcript
from app.database_thread import DatabaseThread
from app.errors import DeskError
from tools.conversation_search import FoundTurn, search_conversations
from tools.desk_db import Conversation, DeskDatabase, NewTurn, Siblings, Summary, Turn


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn of the path that is shown, and what else was said in its place."""

    turn: Turn
    siblings: Siblings


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation as it is shown: the path to where it stands."""

    conversation: Conversation
    turns: tuple[ShownTurn, ...]


class Chats:
    """Each question is on the disk before it is answered, each answer when it ends, however it ends.

    What is not there raises NoSuchConversation; a database that cannot be used, DatabaseProblem. The calls take turns:
    one that moves to another place waits for the end of an answer that is being kept.
    """

    def __init__(self, database: DatabaseThread, personas: dict[str, str], *, keeps: bool) -> None:
        self._database = database
        self._turns = asyncio.Lock()
        self._place: int | None = None
        self.personas = personas
        self.persona = ""
        """The one that answers, by name."""
        self.keeps = keeps
        """Whether what is said from now on is kept."""
        self.current: Conversation | None = None
        self.moves = 0
        """How often the place changed at which the conversation goes on, other than by what was said last."""

    @property
    def instructions(self) -> str:
        """How the persona of this conversation answers; what it said when the conversation began stays."""
        return self.current.instructions if self.current else self.personas.get(self.persona, "")

    async def latest(self, before: Conversation | None = None, limit: int = 50) -> list[Conversation]:
        """The conversations in which something was said last, newest first; `before` gives the page that follows it."""
        return await self._database.run(lambda db: db.conversations.latest(limit, before=before))

    async def search(self, words: str, limit: int = 50) -> list[FoundTurn]:
        return await self._database.run(lambda db: search_conversations(db, words, limit=limit))

    async def begin(self, persona: str = "") -> None:
        """Let the next question begin a new conversation.

        Raises DeskError for a persona that the settings do not have.
        """
        instructions_of(persona, self.personas)
        async with self._turns:
            self.current, self._place, self.persona = None, None, persona
            self.moves += 1

    async def open(self, conversation_id: int) -> Chat:
        """Go on with a conversation where it stands."""
        async with self._turns:
            return await self._stand(await self._database.run(lambda db: db.conversations.get(conversation_id)))

    async def go_to(self, turn_id: int) -> Chat:
        """Show the branch that a turn is on, and go on there."""
        async with self._turns:
            return await self._stand(await self._database.run(lambda db: db.conversations.go_to(turn_id)))

    async def shown(self) -> Chat | None:
        """The conversation as it is now; None before the first question."""
        async with self._turns:
            if self.current is None:
                return None
            conversation_id = self.current.id
            return await self._stand(await self._database.run(lambda db: db.conversations.get(conversation_id)))

    async def rename(self, conversation_id: int, title: str) -> Conversation:
        """Give a title; an empty one gives the beginning of the first question back."""
        renamed = await self._database.run(lambda db: db.conversations.rename(conversation_id, title))
        if self.current is not None and self.current.id == conversation_id:
            self.current = renamed
        return renamed

    async def remove(self, conversation_id: int) -> None:
        """Forget a conversation for good; the next question begins a new one if it was this."""
        async with self._turns:
            await self._database.run(lambda db: db.conversations.remove(conversation_id))
            if self.current is not None and self.current.id == conversation_id:
                self.current, self._place = None, None
                self.moves += 1

    async def ask_instead(self, turn_id: int) -> Turn:
        """Let the next question stand beside this one, which stays as a branch; gives the one that was asked."""
        async with self._turns:
            turn = await self._database.run(lambda db: db.conversations.turn(turn_id))
            await self._stand(await self._database.run(lambda db: db.conversations.get(turn.conversation_id)))
            self._place = turn.parent_id
            self.moves += 1
            return turn

    async def answer_again(self, turn_id: int) -> Turn:
        """Let the next answer stand beside this one, or beside the answers to this question; gives the question."""
        async with self._turns:
            path = await self._database.run(lambda db: db.conversations.path(turn_id))
            questions = [turn for turn in path if turn.role == "user"]
            if not questions:
                raise DeskError("There is no question to answer again.", hint="Ask something first.")
            question = questions[-1]
            await self._stand(await self._database.run(lambda db: db.conversations.get(question.conversation_id)))
            self._place = question.id
            self.moves += 1
            return question

    async def say(self, question: str, folder: Path | None, model: str) -> Turn:
        """Keep what the user asks; it is on the disk when this returns."""
        async with self._turns:
            if self.current is None:
                persona, instructions = self.persona, self.instructions
                self.current = await self._database.run(
                    lambda db: db.conversations.start(persona=persona, instructions=instructions, model=model)
                )
            asked = NewTurn("user", question, folder=str(folder) if folder else "")
            return await _finished(self._keep(asked, self._place))

    async def thread(self) -> list[Exchange]:
        """What was said before the next answer, as the model is to see it."""
        place = self._place
        return await self._database.run(lambda db: thread_to(db, place))

    async def kept(self, answer: AsyncGenerator[AnswerEvent], folder: Path | None) -> AsyncGenerator[AnswerEvent]:
        """The events of `answer`, which is kept when it ends, and as far as it came when it is stopped or fails."""
        async with self._turns:
            transcript, place, ended = Transcript(), self._place, False
            root = str(folder) if folder else ""
            try:
                async with aclosing(answer) as events:
                    async for event in events:
                        transcript.add(event)
                        if isinstance(event, Answered):
                            ended = True
                            await _finished(self._keep(transcript.turn(root), place))
                        yield event
            finally:
                if not ended and transcript.says_something:
                    await _finished(self._keep(transcript.turn(root), place))

    async def keep_recap(self, thread: Sequence[Exchange]) -> None:
        """Keep the summary that stands at the beginning of a thread, if one does."""
        first = thread[0] if thread else None
        if first is not None and first.is_recap and first.last_turn is not None:
            summary = Summary(first.last_turn, first.answer)
            await self._database.run(lambda db: db.conversations.keep_summary(summary))

    async def _keep(self, said: NewTurn, parent: int | None) -> Turn:
        if self.current is None:
            raise RuntimeError("nothing was asked in any conversation")
        conversation_id = self.current.id

        def keep(db: DeskDatabase) -> tuple[Turn, Conversation]:
            turn = db.conversations.append(conversation_id, said, parent)
            return turn, db.conversations.get(conversation_id)

        turn, self.current = await self._database.run(keep)
        self._place = turn.id
        return turn

    async def _stand(self, conversation: Conversation) -> Chat:
        self.current, self._place, self.persona = conversation, conversation.leaf_id, conversation.persona
        self.moves += 1
        return await self._database.run(lambda db: shown_path(db, conversation))


async def _finished[T](work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which runs to its end even when the one who waits for it is stopped."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def shown_path(db: DeskDatabase, conversation: Conversation) -> Chat:
    """The path to where a conversation stands."""
    path = db.conversations.path(conversation.leaf_id)
    return Chat(conversation, tuple(ShownTurn(turn, db.conversations.siblings(turn.id)) for turn in path))
