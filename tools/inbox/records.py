"""Messages as their readers give them and as the inbox keeps them. All their text is sanitised when it is read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from tools.errors import ToolProblem
from tools.inbox.quoting import BodyParts, split_body
from tools.sanitise import sanitise

ItemStatus = Literal["open", "done"]
Outcome = Literal["added", "changed", "unchanged"]


class InboxProblem(ToolProblem):
    """Messages cannot be read, or were asked for in a way that is not understood."""

    title = "The inbox could not do that"


class Person(NamedTuple):
    """Either part may be empty; an address is an e-mail address, a telephone number or an account's name."""

    name: str
    address: str


class Attachment(NamedTuple):
    """`size` is in bytes, None where the export does not say."""

    name: str
    media_type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message as a reader found it."""

    source: str
    """The kind of mailbox: mail, whatsapp, signal, telegram, instagram, imessage."""
    date: str
    """ISO 8601, with an offset where the message says one; what stands in its place where that is no date."""
    sent_at: float | None
    """Seconds since the epoch, by which messages are ordered; None when the date is not known."""
    sender: Person
    body: str
    subject: str = ""
    recipients: tuple[Person, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    files: tuple[bytes, ...] = ()
    """What the attachments hold, in their order, where a text may be found in it; empty where none is to be."""
    message_id: str = ""
    """What the program that wrote it calls it; of another message it may be the same."""
    related_ids: tuple[str, ...] = ()
    """Messages of the same thread, by their ids; for a chat the one id of the chat."""
    chat: str = ""
    """The chat's name; empty for mail."""
    occurrence: int = 0
    """Tells apart equal messages of a chat, which are two; equal mails are one."""
    place: str = ""
    """Where another version of it would stand; empty when nothing tells."""
    received_at: float | None = None
    """When the last server took it in, in seconds since the epoch; None when nothing tells."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the inbox."""

    id: int
    """The inbox's own number, by which it is cited; no other message ever gets it."""
    source: str
    message_id: str
    thread_id: int
    sender: Person
    recipients: tuple[Person, ...]
    date: datetime | None
    """By which it is ordered: with the offset that the message names, else that of UTC; None when it is not known."""
    date_written: str
    """ISO 8601, or what stands in its place where that is no date."""
    subject: str
    body: str
    attachments: tuple[str, ...]
    """Their names."""
    chat: str
    origin: str
    """The file that it was read from. A name as the system gives it: sanitise it before it is shown."""

    @property
    def is_misdated(self) -> bool:
        """Whether it cannot have been sent when it says, so that `date` is when it was received."""
        try:
            said = datetime.fromisoformat(self.date_written)
        except ValueError:
            return False
        return self.date is not None and said.tzinfo is not None and said != self.date

    @property
    def parts(self) -> BodyParts:
        """What this message says itself, without what it quotes and how it is signed."""
        return split_body(self.body)


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message that was searched for: `snippet` is its sentence with most of the words, on one line."""

    message: Message
    snippet: str
    score: float
    """Larger is better; comparable between the results of one search. 0 when no words were searched for."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Messages that belong together: a chat, or mails that answer each other."""

    id: int
    title: str
    messages: int
    last: datetime | None
    """When the latest of them was sent, in UTC."""


@dataclass(frozen=True, slots=True)
class ActionItem:
    """Something that a message asks to be done, with the words that ask it."""

    message_id: int
    """The inbox's own number of the message."""
    what: str
    quote: str
    who: str = ""
    due: str = ""
    """As the message says it."""
    due_on: str = ""
    """The day or time that `due` meant when the message was sent, as ISO 8601; empty when that is not clear."""
    status: ItemStatus = "open"
    id: int = 0
    """Set when the item is kept."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was not imported: which file, or which message of it, and why."""

    source: str
    reason: str

    @classmethod
    def of(cls, source: str, reason: str) -> Failure:
        return cls(sanitise(source), reason)


@dataclass(slots=True)
class ImportReport:
    """How many messages are new, were there in another version, or were there already; and what was left out."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)

    @property
    def messages(self) -> int:
        return self.added + self.changed + self.unchanged

    def count(self, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
