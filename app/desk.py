"""The assistant itself: the database, the reader and the engine of one session, behind whichever front end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from app.clock import user_dates
from app.conversation.assistant import Assistant
from app.conversation.call_runner import CallRunner
from app.conversation.desk_tasks import DeskTasks
from app.conversation.events import AnswerEvent, Confirm, PassagesFound, nobody
from app.conversation.folder_question import FolderQuestions
from app.conversation.message_passages import document_of, message_id_of, path_of
from app.conversation.piped_text import PipedText
from app.database_thread import DatabaseThread
from app.desk_api import EngineState, InboxCounts, OpenedDocument, OpenedMessage
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
from tools.date_language import Dates
from tools.desk_db import DeskDatabase, Effect, ModelFile
from tools.desk_tools import SHIPPED
from tools.errors import ToolProblem
from tools.extraction.client import Extractor
from tools.folder_walk import base_folder
from tools.inbox import ActionItem, Inbox, ItemStatus, MessageHead
from tools.registry import Registry, ToolDesk, installed


class LocalDesk:
    """Everything on this machine. Fulfils `app.desk_api.Desk`."""

    def __init__(
        self, places: Locations, database: DatabaseThread, session: EngineSession | None, dates: Dates
    ) -> None:
        self._places = places
        self._database = database
        self._session = session
        self._diary = Diary(database, dates)
        self._extractor = Extractor(role_command("extractor"))
        # The pocket model cannot read passages: its answers are the passages' own sentences.
        self._questions = FolderQuestions(database, None if session and session.is_pocket else session)
        self._dates = dates
        self._registry = Registry(SHIPPED, installed())
        self._assistant = self._make_assistant(session) if session else None

    def _make_assistant(self, session: EngineSession) -> Assistant:
        tasks = DeskTasks(self._database, session, self._questions, self._dates)
        runner = CallRunner(self._database, self._registry, self._dates, tasks)
        return Assistant(self._database, session, self._registry, runner, self._questions)

    @property
    def tool_names(self) -> tuple[str, ...]:
        """The tools that may be called."""
        return tuple(tool.name for tool in self._registry)

    @classmethod
    def open(cls, places: Locations, *, model: str | None = None, use_model: bool = True) -> LocalDesk:
        """Open the database and check the model; nothing is loaded yet.

        Raises DeskError, RuntimeProblem or ToolProblem, each with its sentence, when either cannot be used.
        """
        settings = load_settings(places.settings)
        dates = user_dates(settings)
        chosen = choose_model(model, settings.model, places) if use_model else None
        database = DatabaseThread(places.make().database, lambda: dates.now().timestamp())
        try:
            session = open_session(chosen, places, lambda path: _fingerprint(database, path)) if chosen else None
        except BaseException:
            database.close_now()
            raise
        return cls(places, database, session, dates)

    async def summarise(self, paths: Sequence[Path], options: SummaryOptions) -> AsyncGenerator[Event]:
        """Summarise folders or files; closing the iterator stops the work within 200 ms and keeps what is done."""
        session = self._session if options.use_model else None
        run = FolderSummary(self._database, self._extractor, session, options)
        async with contextlib.aclosing(run.run(sources_of(paths))) as events:
            async for event in events:
                yield event

    async def ask(self, question: str, folder: Path | None) -> AsyncGenerator[AnswerEvent]:
        """Answer from the passages of `folder`, or of all that were read; earlier questions are remembered."""
        answer = self._questions.answer(question, folder.resolve() if folder else None)
        async with contextlib.aclosing(answer) as events:
            async for event in events:
                yield event

    async def request(
        self, request: str, folder: Path | None = None, confirm: Confirm = nobody
    ) -> AsyncGenerator[AnswerEvent]:
        """Let the assistant do what is asked, with the tools; `confirm` is asked before each write.

        Questions are answered from `folder`, or from all that were read. Without a model that is all there is.
        """
        folder = folder.resolve() if folder else None
        if self._assistant is None:
            answer = self._questions.answer(request, folder)
        else:
            answer = self._assistant.answer(request, confirm, folder=folder)
        async with contextlib.aclosing(answer) as events:
            async for event in events:
                yield event

    async def ask_about(self, question: str, name: str, text: str) -> AsyncGenerator[AnswerEvent]:
        """Answer from a text that came with the question; it is cited as `name` and not kept."""
        piped = await self._database.run(lambda _: PipedText(name, text))
        found = await self._database.run(lambda _: piped.retrieved(question))
        yield PassagesFound(found.passages)
        answer = self._questions.answer_from(question, found, lambda: piped.sentences(question))
        async with contextlib.aclosing(answer) as events:
            async for event in events:
                yield event

    async def open_document(self, root: Path, path: str) -> OpenedDocument | None:
        """The stored text of a file that was read, or None when it is not known."""
        if (number := message_id_of(path)) is not None:
            return await self._database.run(lambda db: _open_message(ToolDesk(db, self._dates), number))
        return await self._database.run(lambda db: _open_document(db, root.resolve(), path))

    async def engine_state(self) -> EngineState:
        if self._session is None:
            return EngineState(None)
        loaded = self._session.loaded
        hint = about_the_pocket_model(self._places) if self._session.is_pocket else ""
        return EngineState(self._session.name, loaded.device if loaded else "", await self._session.speed(), hint=hint)

    async def forget_conversation(self) -> None:
        self._questions.forget()
        if self._assistant is not None:
            self._assistant.forget()

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

    async def message_heads(
        self, after: MessageHead | None = None, limit: int = 100, *, thread_of: int | None = None
    ) -> list[MessageHead]:
        """The messages newest first, or those that follow one; `thread_of` a message gives its thread alone."""
        return await self._inbox(lambda inbox: inbox.heads(limit, after, thread_of=thread_of))

    async def search_messages(self, words: str, limit: int = 100) -> list[MessageHead]:
        """The messages that fit best. Raises a `ToolProblem` for a condition that is not understood."""
        return await self._inbox(lambda inbox: [MessageHead.of(hit) for hit in inbox.search(words, limit=limit)])

    async def message(self, message_id: int) -> OpenedMessage:
        """Raises `InboxProblem` when it is no longer there."""
        return await self._inbox(lambda inbox: OpenedMessage(inbox.get(message_id), tuple(inbox.items_of(message_id))))

    async def action_items(self, limit: int = 1000) -> list[ActionItem]:
        """Open and done ones, those of the latest messages first."""
        return await self._inbox(lambda inbox: inbox.items(limit=limit))

    async def set_item_status(self, item_id: int, status: ItemStatus) -> ActionItem:
        """Mark an action item as done or as open: one effect in the journal."""
        return await self._inbox(lambda inbox: inbox.set_status(item_id, status).items[0])

    async def inbox_counts(self) -> InboxCounts:
        return await self._inbox(lambda inbox: InboxCounts(inbox.store.count(), inbox.open_items()))

    async def _inbox[T](self, work: Callable[[Inbox], T]) -> T:
        return await self._database.run(lambda db: work(ToolDesk(db, self._dates).inbox))

    async def close(self) -> None:
        """Stop the processes and close the database. What was written is on the disk already, whatever fails here."""
        with contextlib.suppress(ToolProblem):
            self._extractor.close()
        if self._session is not None:
            with contextlib.suppress(RuntimeProblem):
                await self._session.close()
        with contextlib.suppress(ToolProblem):
            await self._database.close()


def _open_message(desk: ToolDesk, number: int) -> OpenedDocument | None:
    message = desk.inbox.store.get(number)
    if message is None:
        return None
    document = document_of(message, desk.zone)
    places = tuple((passage.start, passage.place) for passage in document.passages)
    return OpenedDocument(path_of(message), document.title, document.text, places)


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
