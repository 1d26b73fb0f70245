"""What the commands of the inbox print with --json."""

from __future__ import annotations

from datetime import tzinfo

from pydantic import BaseModel, RootModel

from tools.inbox import ActionItem, Failure, FoundMessage, ImportReport, ItemStatus, Message
from tools.sanitise import sanitise


class FailedResult(BaseModel):
    source: str
    reason: str


class ImportResult(BaseModel):
    """How many messages are new, were there in another version, or were there already; and what was left out."""

    added: int
    changed: int
    unchanged: int
    failed: list[FailedResult]


class PersonResult(BaseModel):
    name: str
    address: str


class MessageResult(BaseModel):
    """A message; `date`, by which it is ordered, is in the user's zone, and empty when it is not known.

    `date_written` is what the message itself has for it.
    """

    id: int
    date: str
    date_written: str
    sender: PersonResult
    recipients: list[PersonResult]
    subject: str
    body: str
    attachments: list[str]
    chat: str
    source: str
    origin: str
    thread: int


class FoundResult(MessageResult):
    """`snippet` is the sentence that has most of the words; a higher `score` fits better."""

    snippet: str
    score: float


class MessageList(RootModel[list[MessageResult]]):
    """What `inbox list --json` prints."""


class FoundList(RootModel[list[FoundResult]]):
    """What `inbox search --json` prints."""


class ItemResult(BaseModel):
    """`due` is as the message says it, `due_on` the day or time that it came to, `message` the message's number."""

    id: int
    what: str
    who: str
    due: str
    due_on: str
    status: ItemStatus
    message: int
    quote: str


class ItemList(RootModel[list[ItemResult]]):
    """What `inbox items --json` prints."""


class DoneResult(BaseModel):
    """`effect` is what `undo` takes back; None when nothing changed."""

    effect: int | None
    item: ItemResult


class ForgottenResult(BaseModel):
    removed: int


def import_result(report: ImportReport) -> ImportResult:
    failed = [failed_result(failure) for failure in report.failed]
    return ImportResult(added=report.added, changed=report.changed, unchanged=report.unchanged, failed=failed)


def failed_result(failure: Failure) -> FailedResult:
    return FailedResult(source=failure.source, reason=failure.reason)


def message_result(message: Message, zone: tzinfo | None) -> MessageResult:
    return MessageResult(
        id=message.id,
        date=message.date.astimezone(zone).isoformat() if message.date else "",
        date_written=message.date_written,
        sender=PersonResult(name=message.sender.name, address=message.sender.address),
        recipients=[PersonResult(name=person.name, address=person.address) for person in message.recipients],
        subject=message.subject,
        body=message.body,
        attachments=list(message.attachments),
        chat=message.chat,
        source=message.source,
        origin=sanitise(message.origin),
        thread=message.thread_id,
    )


def found_result(found: FoundMessage, zone: tzinfo | None) -> FoundResult:
    shown = message_result(found.message, zone)
    return FoundResult(**dict(shown), snippet=found.snippet, score=found.score)


def item_result(item: ActionItem) -> ItemResult:
    return ItemResult(
        id=item.id,
        what=item.what,
        who=item.who,
        due=item.due,
        due_on=item.due_on,
        status=item.status,
        message=item.message_id,
        quote=item.quote,
    )
