"""The assistant itself: the database, the reader and the engine of one session, behind whichever front end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence
from datetime import date, datetime
from pathlib import Path

from app.clock import user_dates, user_zone
from app.conversation.chats import Chats
from app.conversation.events import Answered, AnswerEvent
from app.conversation.folder_question import FolderQuestions
from app.conversation.requests import answer_request
from app.database_thread import DatabaseThread
from app.desk_api import EngineState, OpenedDocument
from app.diary import Diary
from app.engine_session import EngineSession, open_session
from app.folder_summary.events import Event
from app.folder_summary.folder_summary import FolderSummary
from app.folder_summary.sources import sources_of
from app.locations import Locations
from app.model_choice import about_the_pocket_model, choose_model
from app.roles import role_command
from app.settings import load_settings
from app.summary_options import SummaryOptions
from runtime.errors import RuntimeProblem
from runtime.model_file import fingerprint
from tools.calendar import Listing, Occurrence, Written
from tools.desk_db import DeskDatabase, Effect, ModelFile
from tools.errors import ToolProblem
from tools.extraction.client import Extractor
from tools.folder_walk import base_folder


class LocalDesk:
    """Everything on this machine. Fulfils `app.desk_api.Desk`."""

    def __init__(
        self, places: Locations, database: DatabaseThread, session: EngineSession | None, diary: Diary, chats: Chats
    ) -> None:
        self._places = places
        self._database = database
        self._session = session
        self.chats = chats
        self._diary = diary
        self._extractor = Extractor(role_command("extractor"))
        # The pocket model cannot read passages: its answers are the passages' own sentences.
        self._questions = FolderQuestions(database, None if session and session.is_pocket else session)

    @classmethod
    def open(
        cls, places: Locations, *, model: str | None = None, use_model: bool = True, keep_chats: bool = False
    ) -> LocalDesk:
        """Open the database and check the model; nothing is loaded yet.

        With `keep_chats` what is asked and answered is kept as a conversation, unless the settings say no.

        Raises DeskError, RuntimeProblem or ToolProblem, each with its sentence, when either cannot be used.
        """
        settings = load_settings(places.settings)
        chosen = choose_model(model, settings.model, places) if use_model else None
        zone, dates = user_zone(settings), user_dates(settings)
        database = DatabaseThread(places.make().database, lambda: dates.now().timestamp())
        try:
            session = open_session(chosen, places, lambda path: _fingerprint(database, path)) if chosen else None
        except BaseException:
            database.close_now()
            raise
        chats = Chats(database, settings.personas, keeps=keep_chats and settings.keep_chats)
        return cls(places, database, session, Diary(database, dates, zone), chats)

    async def summarise(self, paths: Sequence[Path], options: SummaryOptions) -> AsyncGenerator[Event]:
        """Summarise folders or files; closing the iterator stops the work within 200 ms and keeps what is done."""
        session = self._session if options.use_model else None
        run = FolderSummary(self._database, self._extractor, session, options)
        async with contextlib.aclosing(run.run(sources_of(paths))) as events:
            async for event in events:
                yield event

    async def ask(self, question: str, folder: Path | None) -> AsyncGenerator[AnswerEvent]:
        """Answer from the passages of `folder`; earlier questions are remembered.

        Without a folder it is a request to the assistant, which may propose calls of tools.
        """
        root = folder.resolve() if folder else None
        if self.chats.keeps:
            await self.chats.say(question, root, self._session.name if self._session else "")
        async with contextlib.aclosing(self._answer(question, root)) as events:
            async for event in events:
                yield event

    async def answer_again(self, turn_id: int) -> AsyncGenerator[AnswerEvent]:
        """Answer the question of a kept turn once more; the answers stand beside each other."""
        asked = await self.chats.answer_again(turn_id)
        root = Path(asked.said.folder) if asked.said.folder else None
        async with contextlib.aclosing(self._answer(asked.text, root)) as events:
            async for event in events:
                yield event

    async def _answer(self, question: str, root: Path | None) -> AsyncGenerator[AnswerEvent]:
        """The answer in the thread of the conversation, kept when conversations are."""
        self._questions.instructions = self.chats.instructions
        if self.chats.keeps:
            self._questions.thread = await self.chats.thread()
        if root is not None or self._session is None:
            answer = self._questions.answer(question, root)
        else:
            answer = answer_request(question, self._session, self._questions)
        kept = self.chats.kept(answer, root) if self.chats.keeps else answer
        async with contextlib.aclosing(kept) as events:
            async for event in events:
                if self.chats.keeps and isinstance(event, Answered):
                    await self.chats.keep_recap(self._questions.thread)
                yield event

    async def open_document(self, root: Path, path: str) -> OpenedDocument | None:
        """The stored text of a file that was read, or None when it is not known."""
        return await self._database.run(lambda db: _open_document(db, root.resolve(), path))

    async def engine_state(self) -> EngineState:
        if self._session is None:
            return EngineState(None)
        loaded = self._session.loaded
        hint = about_the_pocket_model(self._places) if self._session.is_pocket else ""
        return EngineState(self._session.name, loaded.device if loaded else "", await self._session.speed(), hint=hint)

    async def forget_conversation(self, persona: str = "") -> None:
        await self.chats.begin(persona)
        self._questions.forget()

    async def effects(self, before: int | None = None, limit: int = 100) -> list[Effect]:
        """What the tools did, newest first; `before` an effect's id gives the page that follows it."""
        return await self._database.run(lambda db: db.journal.history(limit, before=before))

    async def undo(self, effect_id: int | None = None) -> Effect:
        """Take an effect back, by default the latest that was not; raises `NotUndone` when that cannot be."""
        return await self._database.run(lambda db: db.journal.undo(effect_id))

    async def now(self) -> datetime:
        return self._diary.now()

    async def day_said(self, words: str) -> date:
        """The day that a person means ("next Friday"). Raises `DateProblem` for none, or for several."""
        return await self._diary.day_said(words)

    async def events(self, first: date, days: int = 7) -> Listing:
        """What stands in the calendar on so many days of the user's zone."""
        return await self._diary.events(first, days)

    async def cancel_event(self, occurrence: Occurrence, *, whole_series: bool = False) -> Written:
        """Cancel an occurrence, or its series: one effect. Raises `CalendarProblem` when it is no longer there."""
        return await self._diary.cancel(occurrence, whole_series=whole_series)

    async def close(self) -> None:
        """Stop the processes and close the database. What was written is on the disk already, whatever fails here."""
        with contextlib.suppress(ToolProblem):
            self._extractor.close()
        if self._session is not None:
            with contextlib.suppress(RuntimeProblem):
                await self._session.close()
        with contextlib.suppress(ToolProblem):
            await self._database.close()


def _open_document(database: DeskDatabase, root: Path, path: str) -> OpenedDocument | None:
    if Path(path).is_absolute():
        root, path = _within(database, Path(path))
    record = database.files.known(str(root)).get(path)
    document = database.documents.get(record.content_hash) if record else None
    if document is None:
        return None
    places = tuple((passage.start, passage.place) for passage in document.passages)
    return OpenedDocument(path, document.title, document.text, places)


def _within(database: DeskDatabase, path: Path) -> tuple[Path, str]:
    """The root that was read and the path in it that together name the file; the path alone when there is none."""
    for root in map(Path, database.files.roots()):
        base = base_folder(root)
        if path.is_relative_to(base) and path.relative_to(base).as_posix() in database.files.known(str(root)):
            return root, path.relative_to(base).as_posix()
    return path, str(path)


def _fingerprint(database: DatabaseThread, path: Path) -> str:
    """The file's hash: computed once, then known for as long as its size and time of change stay the same."""
    status = path.stat()
    size, mtime_ns = status.st_size, status.st_mtime_ns
    known = database.run_now(lambda db: db.models.get(str(path), size=size, mtime_ns=mtime_ns))
    if known is not None:
        return known.fingerprint
    found = fingerprint(path)
    database.run_now(lambda db: db.models.put(ModelFile(str(path), size, mtime_ns, found)))
    return found
