"""A desk that plays what a test has written down, event by event, and stops where the test wants to look.

Its calendar and its history can be looked at; nothing is done to them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from app.conversation.chats import Chats
from app.conversation.events import AnswerEvent, Confirm, Decision, Proposed, nobody
from app.database_thread import DatabaseThread
from app.desk_api import EngineState, InboxCounts, ModelRow, OpenedDocument, OpenedMessage
from app.download_log import Download
from app.download_terms import DownloadTerms
from app.errors import DeskError
from app.folder_summary.events import Event
from app.model_choice import ModelChoice
from app.model_verification import Verified
from app.privacy import Escape, Ledger, Privacy, RolePrivacy
from app.summary_options import SummaryOptions
from runtime.fetch.events import Fetched, Progress
from tools.calendar import CalendarProblem, Listing, Occurrence, Written
from tools.date_language import NotUnderstood
from tools.desk_db import Effect, NotUndone
from tools.inbox import ActionItem, FoundMessage, ItemStatus, Message, MessageHead


class Pause:
    """In a script: wait here until the test calls `FakeDesk.go_on`."""


NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
MODEL = EngineState("Llama 3.2 1B Q4_K_M", "CPU", 46.2, "sealed")
NO_NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
MODEL = EngineState(None, seal="sealed", hint="No model is installed: put a GGUF file into models/, or use --model.")


class NothingKept:
    """A database in which there are no conversations."""

    async def run(self, work: object) -> list[object]:
        return []


@dataclass
class FakeDesk:
    """Scripts are lists of events, pauses and exceptions, which are raised where they stand."""

    summary: Sequence[Event | Pause | Exception] = ()
    answers: Sequence[Sequence[AnswerEvent | Pause | Exception]] = ()
    documents: dict[str, OpenedDocument] = field(default_factory=dict)
    engine: EngineState | Exception = MODEL
    history: Sequence[Effect] = ()
    messages: Sequence[OpenedMessage] = ()
    listing: Listing = field(default_factory=lambda: Listing(()))
    asked: list[tuple[str, Path | None]] = field(default_factory=list)
    summarised: list[tuple[tuple[Path, ...], SummaryOptions]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    """What the user said to the proposals."""
    opened: list[str] = field(default_factory=list)
    folder_problems: Sequence[str] = ()
    answered_again: list[int] = field(default_factory=list)
    chats: Chats = field(default_factory=lambda: Chats(cast(DatabaseThread, NothingKept()), {}, keeps=False))
    choices: Sequence[ModelChoice] = ()
    rows: Sequence[ModelRow] = ()
    steps: Sequence[Progress | Fetched | Verified | Pause | Exception] = ()
    """Of a download, or of the reading of a file."""
    downloads: list[tuple[str, bool]] = field(default_factory=list)
    used_models: list[str] = field(default_factory=list)
    stopped: int = 0
    """Streams that were closed before their end."""
    forgotten: int = 0
    closed: int = 0
    pauses: int = 0
    """Pauses that a stream has come to."""

    def __post_init__(self) -> None:
        self._gate = asyncio.Event()

    def go_on(self) -> None:
        self._gate.set()

    def summarise(self, paths: Sequence[Path], options: SummaryOptions) -> AsyncIterator[Event]:
        self.summarised.append((tuple(paths), options))
        return self._play(self.summary)

    def ask(self, question: str, folder: Path | None) -> AsyncGenerator[AnswerEvent]:
        self.asked.append((question, folder))
        return self._play(self.answers[min(len(self.asked), len(self.answers)) - 1])

    async def request(
        self, request: str, folder: Path | None = None, confirm: Confirm = nobody
    ) -> AsyncIterator[AnswerEvent]:
        async with contextlib.aclosing(self.ask(request, folder)) as events:
            async for event in events:
                yield event
                if isinstance(event, Proposed):
                    self.decisions.append(await confirm(event))

    async def watch_folders(self) -> AsyncIterator[str]:
        for problem in self.folder_problems:
            yield problem

    def answer_again(self, turn_id: int, confirm: Confirm = nobody) -> AsyncGenerator[AnswerEvent]:
        self.answered_again.append(turn_id)
        return self._play(self.answers[-1])

    async def open_document(self, root: Path, path: str) -> OpenedDocument | None:
        self.opened.append(path)
        return self.documents.get(path)

    async def start_engine(self) -> None:
        self.engine_started = True

    async def engine_state(self) -> EngineState:
        if isinstance(self.engine, Exception):
            raise self.engine
        return self.engine

    async def models(self) -> list[ModelChoice]:
        return list(self.choices)

    async def use_model(self, wanted: str, checked: Callable[[], None] = lambda: None) -> str:
        """Only the model that is named "good" can be used."""
        self.used_models.append(wanted)
        if wanted != "good":
            raise DeskError(f"There is no model '{wanted}'.", title="Model not found", hint="Name another.")
        checked()
        self.engine = EngineState("The good model", "CPU", seal="sealed")
        return "The good model"

    async def use_adapter(self, wanted: str, checked: Callable[[], None] = lambda: None) -> str:
        """Only the adapter that is named "good" can be used."""
        if wanted not in {"good", "none"}:
            raise DeskError(f"There is no adapter '{wanted}'.", title="Adapter not found", hint="Name another.")
        checked()
        adapter = "" if wanted == "none" else wanted
        self.engine = EngineState(f"The model {adapter and '+ good'}".strip(), "CPU", seal="sealed")
        return adapter

    async def model_list(self) -> list[ModelRow]:
        return list(self.rows)

    async def download_terms(self, model_id: str) -> DownloadTerms:
        terms = next(row.terms for row in self.rows if row.model.id == model_id)
        if terms is None:
            raise DeskError(f"{model_id} does not run here.", hint="Take small instead.")
        return terms

    def download(self, model_id: str, *, unverified: bool = False) -> AsyncGenerator[Progress | Fetched]:
        self.downloads.append((model_id, unverified))
        return cast("AsyncGenerator[Progress | Fetched]", self._play(self.steps))

    def verify_model(self, wanted: str) -> AsyncGenerator[Progress | Verified]:
        return cast("AsyncGenerator[Progress | Verified]", self._play(self.steps))

    async def privacy(self, *, try_to_escape: bool = False) -> Privacy:
        held = ["network by the kernel (seccomp)", "files by the kernel (Landlock 7)"]
        roles = {name: RolePrivacy(network="none", files="none", by=held) for name in ("desk", "engine", "extractor")}
        tried = [Escape(role="engine", route="UDP", open=False, what="Permission denied")] if try_to_escape else []
        pulled = Download(
            at=NOW.timestamp(), model="tiny-1b-q4", host="huggingface.co", received=9_000_000, outcome="done"
        )
        ledger = Ledger(blocked=0, bytes_sent=0, downloads=[pulled])
        return Privacy(roles=roles, ledger=ledger, grants=["/home/ana/lease"], escapes=tried)

    async def forget_conversation(self, persona: str = "") -> None:
        self.forgotten += 1

    async def effects(self, before: int | None = None, limit: int = 100) -> list[Effect]:
        return list(self.history)

    async def undo(self, effect_id: int | None = None) -> Effect:
        raise NotUndone("There is nothing to undo.")

    async def now(self) -> datetime:
        return NOW

    async def day_said(self, words: str) -> date:
        raise NotUnderstood(f"“{words}” says no time.")

    async def events(self, first: date, days: int = 7) -> Listing:
        return self.listing

    async def cancel_event(self, occurrence: Occurrence, *, whole_series: bool = False) -> Written:
        raise CalendarProblem("There is nothing in this calendar.")

    async def message_heads(
        self, after: MessageHead | None = None, limit: int = 100, *, thread_of: int | None = None
    ) -> list[MessageHead]:
        return [] if after is not None else [_head(opened.message) for opened in self.messages]

    async def search_messages(self, words: str, limit: int = 100) -> list[MessageHead]:
        return await self.message_heads()

    async def message(self, message_id: int) -> OpenedMessage:
        return next(opened for opened in self.messages if opened.message.id == message_id)

    async def action_items(self, limit: int = 1000) -> list[ActionItem]:
        return [item for opened in self.messages for item in opened.items]

    async def set_item_status(self, item_id: int, status: ItemStatus) -> ActionItem:
        return replace(next(item for item in await self.action_items() if item.id == item_id), status=status)

    async def inbox_counts(self) -> InboxCounts:
        return InboxCounts(len(self.messages), len(await self.action_items()))

    async def close(self) -> None:
        self.closed += 1

    async def _play[T](self, script: Sequence[T | Pause | Exception]) -> AsyncGenerator[T]:
        ended = False
        try:
            for step in script:
                if isinstance(step, Pause):
                    self.pauses += 1
                    await self._gate.wait()
                    self._gate.clear()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
            ended = True
        finally:
            self.stopped += not ended


def _head(message: Message) -> MessageHead:
    return MessageHead.of(FoundMessage(message, message.body, 0.0))
