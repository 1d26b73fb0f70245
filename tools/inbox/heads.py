"""Messages as one line each, page by page: a list of 100,000 reads what is on the screen and no body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tools.desk_db import DeskDatabase
from tools.inbox.records import FoundMessage, Person
from tools.inbox.rows import moment_of

_BEGINNING = 200
"""Characters of a body of which a line shows some."""
_COLUMNS = f"id, sender_name, sender_address, sent_at, date, subject, substr(body, 1, {_BEGINNING}), chat, attachments"

_OF_THREAD = "AND thread_id = (SELECT thread_id FROM inbox_messages WHERE id = ?)"


@dataclass(frozen=True, slots=True)
class MessageHead:
    """What a list shows of a message."""

    id: int
    sender: Person
    sent_at: float | None
    """Seconds since the epoch; None when the date is not known."""
    date_written: str
    subject: str
    beginning: str
    """Of its text, or of a message that was searched for the sentence that fits."""
    chat: str
    attachments: int

    @property
    def date(self) -> datetime | None:
        """In UTC."""
        return moment_of(self.sent_at)

    @classmethod
    def of(cls, found: FoundMessage) -> MessageHead:
        message = found.message
        sent_at = message.date.timestamp() if message.date is not None else None
        return cls(
            message.id, message.sender, sent_at, message.date_written, message.subject, found.snippet,
            message.chat, len(message.attachments),
        )  # fmt: skip


def heads(
    db: DeskDatabase, limit: int, after: MessageHead | None = None, thread_of: int | None = None
) -> list[MessageHead]:
    """The latest messages, or those that follow one, of all or of one message's thread; undated ones come last."""
    found: list[MessageHead] = []
    if after is None:
        found = _select(db, limit, thread_of, "sent_at IS NOT NULL")
    elif after.sent_at is not None:
        found = _select(db, limit, thread_of, "(sent_at, id) < (?, ?)", after.sent_at, after.id)
    if len(found) < limit:
        undated = after.id if after is not None and after.sent_at is None else None
        found += _select(db, limit - len(found), thread_of, "sent_at IS NULL AND (?1 IS NULL OR id < ?1)", undated)
    return found


def _select(
    db: DeskDatabase, limit: int, thread_of: int | None, condition: str, *parameters: float | None
) -> list[MessageHead]:
    way = "INDEXED BY inbox_messages_by_date" if thread_of is None else "INDEXED BY inbox_messages_by_thread"
    own = "" if thread_of is None else _OF_THREAD
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM inbox_messages {way} WHERE {condition} {own}"  # noqa: S608
        f" ORDER BY sent_at DESC, id DESC LIMIT {limit:d}",
        (*parameters, *([] if thread_of is None else [thread_of])),
    )
    return [
        MessageHead(id_, Person(name, address), sent_at, date, subject, beginning, chat, attachments)
        for id_, name, address, sent_at, date, subject, beginning, chat, attachments in rows
    ]
