"""The work that runs beside the screen: summaries, answers, documents to open, the engine's state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from textual.worker import Worker

from app.conversation.events import AnswerEvent
from app.desk_api import OpenedDocument
from app.folder_summary.events import Event as SummaryEvent
from app.summary_options import SummaryOptions
from app.tui.answer_entry import STOPPED, AnswerEntry
from app.tui.batches import batches
from app.tui.folder_state import FolderState
from app.tui.summary_entry import SummaryEntry
from app.tui.terminal_safety import one_line

if TYPE_CHECKING:
    from app.tui.desk_screen import DeskScreen

_ENGINE_POLL_SECONDS = 2.0

Work = SummaryEntry | AnswerEntry


class Jobs:
    """Starts and stops workers. One that fails is reported by the app; one that is stopped closes its iterator."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._desk = screen.desk
        self._summary: Worker[None] | None = None
        self._answer: Worker[None] | None = None

    @property
    def at_work(self) -> bool:
        """Whether a summary or an answer is in progress."""
        return any(worker is not None and worker.is_running for worker in (self._answer, self._summary))

    def summarise(self, folder: FolderState, options: SummaryOptions, entry: SummaryEntry) -> None:
        self._summary = self._screen.run_worker(
            self._follow_summary(folder, options, entry), group="summary", exclusive=True
        )

    def answer(self, events: AsyncIterator[AnswerEvent], entry: AnswerEntry) -> None:
        """Show an answer; one in progress is stopped first."""
        self._answer = self._screen.run_worker(self._follow_answer(events, entry), group="answer", exclusive=True)

    def open_document(self, root: Path, path: str, show: Callable[[OpenedDocument | None], None]) -> None:
        """Call `show` with the document; an earlier request that is still waiting is dropped."""

        async def opened() -> None:
            show(await self._desk.open_document(root, path))

        self._screen.run_worker(opened(), group="document", exclusive=True)

    def watch_engine(self) -> None:
        self._screen.run_worker(self._watch_engine(), group="engine", exclusive=True)

    def start_engine(self) -> None:
        """Have the engine start while the first frame is drawn."""
        self._screen.run_worker(self._desk.start_engine(), group="start-engine", exclusive=True)

    def watch_folders(self) -> None:
        self._screen.run_worker(self._watch_folders(), group="folders", exclusive=True)

    def forget_conversation(self, persona: str) -> None:
        """Begin a new conversation; who answers it is said when it is not the usual one."""

        async def forgotten() -> None:
            await self._desk.forget_conversation(persona)
            if persona:
                self._screen.notify(f"The persona “{persona}” answers this conversation.", markup=False)

        self._screen.run_worker(forgotten(), group="forget", exclusive=True)

    def use_model(self, wanted: str) -> None:
        """Go on with another model; what is at work is stopped when that one's file is good."""
        self._screen.run_worker(self._use_model(wanted), group="model", exclusive=True)

    def use_adapter(self, wanted: str) -> None:
        """Let an adapter change the model; what is at work is stopped when its file is good."""
        self._screen.run_worker(self._use_adapter(wanted), group="model", exclusive=True)

    def stop_one(self) -> bool:
        """Stop the answer, or else the summary; False when nothing is at work."""
        for worker in (self._answer, self._summary):
            if worker is not None and worker.is_running:
                worker.cancel()
                return True
        return False

    def stop_answer(self) -> None:
        if self._answer is not None:
            self._answer.cancel()

    def stop_all(self) -> None:
        for worker in (self._answer, self._summary):
            if worker is not None:
                worker.cancel()

    async def _follow_summary(self, folder: FolderState, options: SummaryOptions, entry: SummaryEntry) -> None:
        async def show(events: list[SummaryEvent]) -> None:
            self._screen.show_changes(folder, folder.apply(events))
            await entry.show(events)

        stopped = "Stopped. What is done is kept: summarise it again to go on."
        await self._follow(self._desk.summarise([folder.root], options), show, entry, stopped)

    async def _follow_answer(self, events: AsyncIterator[AnswerEvent], entry: AnswerEntry) -> None:
        try:
            await self._follow(events, entry.show, entry, STOPPED)
        finally:
            self._screen.branches.mark()

    async def _follow[T](
        self, stream: AsyncIterator[T], show: Callable[[list[T]], Awaitable[None]], entry: Work, stopped: str
    ) -> None:
        """Show the events of `stream` until it ends; however it ends, `entry` stops claiming to be at work."""
        words = stopped
        self._screen.work_changed(1)
        try:
            async with aclosing(batches(stream)) as groups:
                async for events in groups:
                    await show(events)
            words = ""
        except Exception:
            words = "Ended early. What is done is kept."
            raise
        finally:
            entry.end(words)
            self._screen.work_changed(-1)

    async def _use_model(self, wanted: str) -> None:
        change = asyncio.create_task(self._desk.use_model(wanted, checked=self.stop_all))
        try:
            await asyncio.sleep(0)  # from then on the state says what is being checked
            self._screen.show_engine(await self._desk.engine_state())
            name = await change
        finally:
            change.cancel()
            self._screen.show_engine(await self._desk.engine_state())
        self._screen.places.read_again()
        await self._screen.places.say(f"{one_line(name)} answers from now on. It is loaded with the next question.")

    async def _use_adapter(self, wanted: str) -> None:
        name = await self._desk.use_adapter(wanted, checked=self.stop_all)
        self._screen.show_engine(await self._desk.engine_state())
        changed = f"{one_line(name)} changes the model" if name else "No adapter changes the model"
        await self._screen.places.say(f"{changed} from now on, until you leave.")

    async def _watch_folders(self) -> None:
        async for problem in self._desk.watch_folders():
            self._screen.notify(problem, title="Indexed folders", severity="warning", markup=False)

    async def _watch_engine(self) -> None:
        while True:
            self._screen.show_engine(await self._desk.engine_state())
            await asyncio.sleep(_ENGINE_POLL_SECONDS)
