"""What a front end (the command line or the screen) may ask of the desk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from app.conversation.chats import Chats
from app.conversation.events import AnswerEvent, Confirm, nobody
from app.download_terms import DownloadTerms
from app.folder_summary.events import Event
from app.model_choice import ModelChoice
from app.model_list import ListedModel
from app.model_verification import Verified
from app.privacy import Privacy
from app.summary_options import SummaryOptions
from runtime.fetch.events import Fetched, Progress
from tools.calendar import Listing, Occurrence, Written
from tools.desk_db import Effect
from tools.inbox import ActionItem, ItemStatus, Message, MessageHead


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the header shows: the model's name or None, the device, tokens per second, the processes' seal."""

    model: str | None
    device: str = ""
    tokens_per_second: float = 0.0
    seal: str = ""
    hint: str = ""
    """With the pocket model: one line that says what it can do and how to get a bigger one."""


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document's whole text, to show a citation in its place."""

    path: str
    title: str
    text: str
    places: tuple[tuple[int, str], ...]
    """(start offset, place) of each passage, in order."""


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message in full, with what it asks to be done."""

    message: Message
    items: tuple[ActionItem, ...]


@dataclass(frozen=True, slots=True)
class InboxCounts:
    messages: int
    open_items: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that is here, or to be had."""

    model: ListedModel
    wanted: str
    """What names it for `Desk.use_model`."""
    in_use: bool
    terms: DownloadTerms | None = None
    """What its download asks; None for one that is here, or that is not in the list of those to be had."""


class Desk(Protocol):
    """The assistant behind the screen. Every method may be called from the event loop; none blocks it."""

    @property
    def chats(self) -> Chats:
        """The conversations that are kept, and the one that is going on."""
        ...

    def summarise(self, paths: Sequence[Path], options: SummaryOptions) -> AsyncIterator[Event]:
        """Summarise folders or files; closing the iterator stops the work within 200 ms and keeps what is done."""
        ...

    def ask(self, question: str, folder: Path | None) -> AsyncGenerator[AnswerEvent]:
        """Answer from the passages of `folder`, or of all that were read; earlier questions are remembered."""
        ...

    def request(
        self, request: str, folder: Path | None = None, confirm: Confirm = nobody
    ) -> AsyncGenerator[AnswerEvent]:
        """Let the assistant do what is asked, with the tools; `confirm` is asked before each write.

        Questions are answered from `folder`, or from all that were read. Without a model that is all there is.
        """
        ...

    def watch_folders(self) -> AsyncIterator[str]:
        """Keep the indexed folders fresh until the iterator is closed; each failure is a sentence, said once."""
        ...

    def answer_again(self, turn_id: int, confirm: Confirm = nobody) -> AsyncGenerator[AnswerEvent]:
        """Answer the question of a kept turn once more; the answers stand beside each other."""
        ...

    async def open_document(self, root: Path, path: str) -> OpenedDocument | None:
        """The stored text of a file that was read, or None when it is not known."""
        ...

    async def engine_state(self) -> EngineState: ...

    async def start_engine(self) -> None:
        """Start the engine, without a model yet: the first question need not wait for its libraries.

        When it does not start, the first question says so.
        """
        ...

    async def models(self) -> list[ModelChoice]:
        """The models that can be used: those on this machine in the order of their names, our own last."""
        ...

    async def use_model(self, wanted: str, checked: Callable[[], None] = lambda: None) -> str:
        """Go on with another model: a file, the name of an installed one, or "pocket". Gives its name.

        The file is checked, and `checked` called when it is good. Then what is under way ends, the present model is
        unloaded, and the next request loads the other. Raises DeskError or RuntimeProblem for one that cannot be used:
        the present one stays.
        """
        ...

    async def use_adapter(self, wanted: str, checked: Callable[[], None] = lambda: None) -> str:
        """Let this LoRA adapter alone change the model in use, or "none", until the screen is left. Gives its name.

        `checked` is called when it is good; then what is under way ends. Raises DeskError or RuntimeProblem for one
        that cannot be used: then nothing changes.
        """
        ...

    async def model_list(self) -> list[ModelRow]:
        """Our own small model, those of the list, and what else is on this machine."""
        ...

    async def download_terms(self, model_id: str) -> DownloadTerms:
        """What a download asks, to be shown before it. Raises DeskError for a model that is of no use here."""
        ...

    def download(self, model_id: str, *, unverified: bool = False) -> AsyncGenerator[Progress | Fetched]:
        """Let the launcher download a model; closing the generator stops it, and what arrived is kept.

        `unverified` is the user's yes to a file whose hash is not known. Raises DeskError when it fails.
        """
        ...

    def verify_model(self, wanted: str) -> AsyncGenerator[Progress | Verified]:
        """Read a model's file from end to end and say whether it is the right one; closing the generator stops it."""
        ...

    async def privacy(self, *, try_to_escape: bool = False) -> Privacy:
        """What each process may reach and what holds it to that; or try to get out, in processes thrown away after.

        Raises DeskError when one of them cannot be started.
        """
        ...

    async def forget_conversation(self, persona: str = "") -> None:
        """Start a new conversation, which the persona answers if one is named.

        Raises DeskError for a persona that the settings do not have.
        """
        ...

    async def effects(self, before: int | None = None, limit: int = 100) -> list[Effect]:
        """What the tools did, newest first; `before` an effect's id gives the page that follows it."""
        ...

    async def undo(self, effect_id: int | None = None) -> Effect:
        """Take an effect back, by default the latest that was not.

        Raises `NotUndone` with its sentence when it is unknown, undone already, or changed since.
        """
        ...

    async def now(self) -> datetime:
        """The user's clock, in their zone."""
        ...

    async def day_said(self, words: str) -> date:
        """The day that a person means ("next Friday"). Raises `DateProblem` for none, or for several."""
        ...

    async def events(self, first: date, days: int = 7) -> Listing:
        """What stands in the calendar on so many days of the user's zone."""
        ...

    async def cancel_event(self, occurrence: Occurrence, *, whole_series: bool = False) -> Written:
        """Cancel an occurrence, or its series: one effect in the journal.

        Raises `CalendarProblem` when it is no longer there.
        """
        ...

    async def message_heads(
        self, after: MessageHead | None = None, limit: int = 100, *, thread_of: int | None = None
    ) -> list[MessageHead]:
        """The messages newest first, or those that follow one; `thread_of` a message gives its thread alone."""
        ...

    async def search_messages(self, words: str, limit: int = 100) -> list[MessageHead]:
        """The messages that fit best, each with its sentence that fits.

        Raises a `ToolProblem` for a condition that is not understood ("before:blue").
        """
        ...

    async def message(self, message_id: int) -> OpenedMessage:
        """Raises `InboxProblem` when it is no longer there."""
        ...

    async def action_items(self, limit: int = 1000) -> list[ActionItem]:
        """Open and done ones, those of the latest messages first."""
        ...

    async def set_item_status(self, item_id: int, status: ItemStatus) -> ActionItem:
        """Mark an action item as done or as open: one effect in the journal."""
        ...

    async def inbox_counts(self) -> InboxCounts: ...

    async def close(self) -> None: ...
