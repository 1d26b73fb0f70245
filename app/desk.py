"""The assistant itself: the database, the reader and the engine of one session, behind whichever front end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from app.adapter_choice import adapters_for, find_adapter
from app.calibrations import Calibrations
from app.clock import user_dates
from app.conversation.assistant import Assistant
from app.conversation.call_runner import CallRunner
from app.conversation.chats import Chats
from app.conversation.desk_tasks import DeskTasks
from app.conversation.events import Answered, AnswerEvent, AnswerNotice, Confirm, PassagesFound, nobody
from app.conversation.folder_question import FolderQuestions
from app.conversation.message_digest import digest_messages
from app.conversation.message_passages import message_id_of
from app.conversation.piped_text import PipedText
from app.conversation.self_test import ENOUGH
from app.database_thread import DatabaseThread
from app.desk_api import EngineState, OpenedDocument
from app.desk_models import DeskModels
from app.desk_records import DeskRecords
from app.engine_session import EngineSession, check_adapters, open_session
from app.errors import DeskError
from app.file_index.embedder import Embedder, open_embedder
from app.file_index.folder_index import FolderIndex
from app.file_index.passage_vectors import PassageVectors
from app.file_index.watch import FolderWatch
from app.folder_summary.events import Event, Notice
from app.folder_summary.folder_summary import FolderSummary
from app.folder_summary.sources import sources_of
from app.locations import Locations
from app.model_choice import (
    ModelChoice,
    choose_embedding_model,
    choose_model,
    models_to_choose,
    name_in_settings,
    pocket_model_in_a_line,
)
from app.model_fitting import wanted_by
from app.model_hashes import fingerprint_of
from app.opened_documents import open_document, open_message
from app.privacy import Privacy, granted, look
from app.reader_start import document_reader
from app.settings import Settings, keep_setting, load_settings
from app.summary_options import SummaryOptions
from app.work_gate import WorkGate
from runtime.errors import RuntimeProblem
from runtime.seal import is_cut_off, sealed
from tools.date_language import Dates
from tools.desk_tools import SHIPPED
from tools.errors import ToolProblem
from tools.inbox import Inbox
from tools.registry import Registry, ToolDesk, installed
from tools.search import Hit, search


class LocalDesk(DeskRecords, DeskModels):
    """Everything on this machine. Fulfils `app.desk_api.Desk`."""

    def __init__(  # noqa: PLR0913 - one for each part
        self,
        places: Locations,
        database: DatabaseThread,
        session: EngineSession | None,
        dates: Dates,
        chats: Chats,
        *,
        embedder: Embedder | None = None,
        always_writes: bool = False,
    ) -> None:
        """`always_writes` lets a model that failed its self-test propose to write all the same."""
        DeskRecords.__init__(self, database, dates)
        self._places = places
        self._always_writes = always_writes
        self._session: EngineSession | None = None
        self._checked_name = ""
        """Of a model that is being checked, to be used next."""
        self.chats = chats
        self._extractor = document_reader()
        self._vectors = PassageVectors(database, embedder)
        self.index = FolderIndex(database, document_reader(), self._vectors)
        self._questions = FolderQuestions(database, None, self._vectors)
        self._work = WorkGate()
        self._moves = 0
        """Of the conversations, those that the assistant has followed."""
        self._registry = Registry(SHIPPED, installed())
        self._assistant: Assistant | None = None
        if session is not None:
            self._take_on(session, may_write=self._trusts(session))

    def _trusts(self, session: EngineSession) -> bool:
        """Whether the model may propose to write: it did well enough in its self-test, or had none."""
        score = self._database.run_now(lambda db: db.models.score(session.model_fingerprint))
        return self._always_writes or score is None or score.share >= ENOUGH

    def _take_on(self, session: EngineSession, *, may_write: bool) -> None:
        """Let this model answer from now on, and go on where the conversation stands."""
        # The pocket model cannot read passages: its answers are the passages' own sentences.
        answering = None if session.is_pocket else session
        questions = FolderQuestions(self._database, answering, self._vectors)
        questions.thread = self._questions.thread
        tasks = DeskTasks(self._database, session, questions, self._dates)
        runner = CallRunner(self._database, self._registry, self._dates, tasks)
        assistant = Assistant(self._database, session, self._registry, runner, questions, may_write=may_write)
        if self._assistant is None:
            assistant.recall(questions.thread)
        else:
            assistant.go_on_from(self._assistant)
        self._session, self._questions, self._assistant = session, questions, assistant

    @property
    def tool_names(self) -> tuple[str, ...]:
        """The tools that may be called."""
        return tuple(tool.name for tool in self._registry)

    @classmethod
    def open(
        cls,
        places: Locations,
        *,
        model: str | None = None,
        adapters: Sequence[str] = (),
        use_model: bool = True,
        keep_chats: bool = False,
    ) -> LocalDesk:
        """Open the database and check the model; nothing is loaded yet.

        `adapters` take the place of those that the settings have for the model.
        With `keep_chats` what is asked and answered is kept as a conversation, unless the settings say no.

        Raises DeskError, RuntimeProblem or ToolProblem, each with its sentence, when either cannot be used.
        """
        settings = load_settings(places.settings)
        dates = user_dates(settings)
        chosen = choose_model(model, settings.model, places) if use_model else None
        if adapters and chosen is None:
            raise DeskError(
                "There is no model that an adapter could change.", hint="Leave --no-model or --adapter out."
            )
        embedding_model = choose_embedding_model(settings.embedding_model, places)
        database = DatabaseThread(places.make().database, lambda: dates.now().timestamp())
        try:
            session = _session(chosen, places, database, settings, adapters) if chosen else None
            embedder = (
                open_embedder(embedding_model, places, lambda path: fingerprint_of(database, path))
                if embedding_model
                else None
            )
            chats = Chats(database, settings.personas, keeps=keep_chats and settings.keep_chats)
            always = settings.writing_tools == "always"
            return cls(places, database, session, dates, chats, embedder=embedder, always_writes=always)
        except BaseException:
            database.close_now()
            raise

    @property
    def model_in_use(self) -> Path | None:
        return self._session.model if self._session else None

    async def models(self) -> list[ModelChoice]:
        """The models that can be used: those on this machine in the order of their names, our own last."""
        return await asyncio.to_thread(models_to_choose, self._places, self.model_in_use)

    async def use_model(self, wanted: str, checked: Callable[[], None] = lambda: None) -> str:
        """Go on with another model: a file, the name of an installed one, or "pocket". Gives its name.

        The file is checked, and `checked` called when it is good. Then what is under way ends, the present model is
        unloaded, and the next request loads the other. The choice is kept in the settings. Raises DeskError or
        RuntimeProblem for one that cannot be used: the present one stays.
        """
        path = choose_model(wanted, None, self._places)
        self._checked_name = path.stem
        try:
            settings = load_settings(self._places.settings)
            session = await asyncio.to_thread(_session, path, self._places, self._database, settings)
            trusted = await asyncio.to_thread(self._trusts, session)
        finally:
            self._checked_name = ""
        checked()
        async with self._work.changing():
            old = self._session
            if old is None or old.fingerprint != session.fingerprint:
                self._take_on(session, may_write=trusted)
                # Before anything loads the other: there may not be the memory for two.
                await _close(old)
        keep_setting(self._places.settings, "model", name_in_settings(path, self._places))
        return session.name

    async def use_adapters(self, files: Sequence[Path]) -> None:
        """Let just these LoRA adapters change the model in use until the desk is closed; none leaves it as it is.

        What is under way ends first; the model stays loaded. Raises DeskError or RuntimeProblem for one that cannot be
        used: then nothing changes.
        """
        async with self._work.changing():
            session = self._session
            if session is None:
                raise DeskError("There is no model that an adapter could change.", hint="Use one first.")
            fitting = await asyncio.to_thread(
                check_adapters, files, session.model, lambda file: fingerprint_of(self._database, file)
            )
            await session.use_adapters(fitting)

    async def summarise(self, paths: Sequence[Path], options: SummaryOptions) -> AsyncGenerator[Event]:
        """Summarise folders or files; closing the iterator stops the work within 200 ms and keeps what is done."""
        async with self._work.working():
            session = self._session if options.use_model else None
            run = FolderSummary(self._database, self._extractor, session, options)
            async with contextlib.aclosing(run.run(sources_of(paths))) as events:
                async for event in events:
                    if notice := self._notice():
                        yield Notice(notice)
                    yield event

    async def ask(self, question: str, folder: Path | None) -> AsyncGenerator[AnswerEvent]:
        """Answer from the passages of `folder`, or of all that were read; earlier questions are remembered."""
        root = folder.resolve() if folder else None
        said = self._said(question, root, lambda: self._questions.answer(question, root))
        async with contextlib.aclosing(said) as events:
            async for event in events:
                yield event

    async def request(
        self, request: str, folder: Path | None = None, confirm: Confirm = nobody
    ) -> AsyncGenerator[AnswerEvent]:
        """Let the assistant do what is asked, with the tools; `confirm` is asked before each write.

        Questions are answered from `folder`, or from all that were read. Without a model that is all there is.
        """
        root = folder.resolve() if folder else None
        said = self._said(request, root, lambda: self._answer(request, root, confirm))
        async with contextlib.aclosing(said) as events:
            async for event in events:
                yield event

    async def answer_again(self, turn_id: int, confirm: Confirm = nobody) -> AsyncGenerator[AnswerEvent]:
        """Answer the question of a kept turn once more; the answers stand beside each other."""
        asked = await self.chats.answer_again(turn_id)
        root = Path(asked.said.folder) if asked.said.folder else None
        said = self._in_thread(root, lambda: self._answer(asked.text, root, confirm))
        async with contextlib.aclosing(said) as events:
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

    def _answer(self, request: str, root: Path | None, confirm: Confirm) -> AsyncGenerator[AnswerEvent]:
        if self._assistant is None:
            return self._questions.answer(request, root)
        return self._assistant.answer(request, confirm, folder=root)

    async def _said(
        self, words: str, root: Path | None, answer: Callable[[], AsyncGenerator[AnswerEvent]]
    ) -> AsyncGenerator[AnswerEvent]:
        """Keep what the user says, if conversations are kept, and then the answer to it."""
        if self.chats.keeps:
            await self.chats.say(words, root, self._session.name if self._session else "")
        async with contextlib.aclosing(self._in_thread(root, answer)) as events:
            async for event in events:
                yield event

    async def _in_thread(
        self, root: Path | None, answer: Callable[[], AsyncGenerator[AnswerEvent]]
    ) -> AsyncGenerator[AnswerEvent]:
        """The answer in the thread of the conversation, kept when conversations are."""
        async with self._work.working():
            await self._take_up_thread()
            kept = self.chats.kept(answer(), root) if self.chats.keeps else answer()
            async with contextlib.aclosing(kept) as events:
                async for event in events:
                    if self.chats.keeps and isinstance(event, Answered):
                        await self.chats.keep_recap(self._questions.thread)
                    if notice := self._notice():
                        yield AnswerNotice(notice)
                    yield event

    async def _take_up_thread(self) -> None:
        """Let questions and requests go on where the conversation stands."""
        self._questions.instructions = self.chats.instructions
        if self._assistant is not None:
            self._assistant.instructions = self.chats.instructions
        if not self.chats.keeps:
            return
        self._questions.thread = await self.chats.thread()
        if self._assistant is not None and self.chats.moves != self._moves:
            self._moves = self.chats.moves
            self._assistant.recall(self._questions.thread)

    async def search(self, words: str, folder: Path | None, *, limit: int) -> list[Hit]:
        """The passages that fit the words, and what they mean where an embedding model is installed."""
        root = str(folder.resolve()) if folder else None
        meaning = await self._vectors.meaning(words)
        return await self._database.run(lambda db: search(db, words, root=root, limit=limit, meaning=meaning))

    async def watch_folders(self) -> AsyncGenerator[str]:
        """Keep the indexed folders fresh until the generator is closed; each failure is a sentence, said once."""
        watch = FolderWatch(self._database, self.index, lambda: self._work.at_work)
        async with contextlib.aclosing(watch.run()) as problems:
            async for problem in problems:
                yield problem

    async def digest(self, count: int | None, sender: str | None, when: str | None) -> AsyncGenerator[AnswerEvent]:
        """Summarise messages: the latest ten unless it is said how many, of whom, or of which time."""
        messages = await self._database.run(lambda db: Inbox(db, self._dates).select(count, sender, when))
        digest = digest_messages(messages, self._database, self._questions, self._dates.zone)
        async with contextlib.aclosing(digest) as events:
            async for event in events:
                yield event

    async def open_document(self, root: Path, path: str) -> OpenedDocument | None:
        """The stored text of a file that was read, or None when it is not known."""
        if (number := message_id_of(path)) is not None:
            return await self._database.run(lambda db: open_message(ToolDesk(db, self._dates), number))
        return await self._database.run(lambda db: open_document(db, root.resolve(), path))

    async def engine_state(self) -> EngineState:
        if self._checked_name:
            return EngineState(f"{self._checked_name} is being checked…")
        if self._session is None:
            return EngineState(None, seal=_seal())
        loaded = self._session.loaded
        hint = pocket_model_in_a_line() if self._session.is_pocket else ""
        device = loaded.device if loaded else ""
        return EngineState(self._session.name, device, await self._session.speed(), _seal(), hint)

    async def start_engine(self) -> None:
        if self._session is not None:
            with contextlib.suppress(RuntimeProblem):
                await self._session.start()

    async def privacy(self, *, try_to_escape: bool = False) -> Privacy:
        grants = await self._database.run(granted)
        return await asyncio.to_thread(look, self._places, grants, try_to_escape=try_to_escape)

    async def forget_conversation(self, persona: str = "") -> None:
        await self.chats.begin(persona)
        self._questions.forget()
        if self._assistant is not None:
            self._assistant.forget()

    async def close(self) -> None:
        """Stop the processes and close the database. What was written is on the disk already, whatever fails here."""
        with contextlib.suppress(ToolProblem):
            self._extractor.close()
        with contextlib.suppress(ToolProblem):
            self.index.close()
        with contextlib.suppress(RuntimeProblem):
            await self._vectors.close()
        await _close(self._session)
        with contextlib.suppress(ToolProblem):
            await self._database.close()

    def _notice(self) -> str:
        """What is to be told of how the model was loaded, once."""
        return self._session.take_notice() if self._session else ""


def _seal() -> str:
    """What the header says of this process: that the kernel holds its seal, or a part of it, or nothing."""
    report = sealed()
    if report is None or not is_cut_off():
        return ""
    return "network sealed" if report.missing else "sealed"


def _session(
    model: Path, places: Locations, database: DatabaseThread, settings: Settings, asked: Sequence[str] = ()
) -> EngineSession:
    adapters = [find_adapter(one, places) for one in asked] or adapters_for(model, settings.adapters, places)
    return open_session(
        model,
        places,
        lambda path: fingerprint_of(database, path),
        adapters,
        Calibrations(database),
        wanted=wanted_by(settings),
    )


async def _close(session: EngineSession | None) -> None:
    if session is not None:
        with contextlib.suppress(RuntimeProblem):
            await session.close()
