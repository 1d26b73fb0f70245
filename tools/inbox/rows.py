"""Messages as rows: the keys that tell them apart, what the index sees of them, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from tools.desk_db.index_text import index_text
from tools.inbox.records import Message, Person, ReadMessage

MESSAGE_COLUMNS = """
    inbox_messages.id, source, inbox_messages.message_id, thread_id, sender_name, sender_address, recipients, date,
    sent_at, inbox_messages.subject, inbox_messages.body, chat, attachments,
    (SELECT path FROM inbox_origins JOIN inbox_files ON inbox_files.id = file_id
     WHERE inbox_origins.message_id = inbox_messages.id ORDER BY file_id LIMIT 1)
"""
ATTACHMENT_COUNT = 12
"""The place of `attachments` among the columns."""
_WRITTEN = (
    "content_key, place_key, source, message_id, thread_id, sender_name, sender_address, recipients, date, sent_at,"
    " subject, body, chat, attachments, sender_indexed, others_indexed, subject_indexed, body_indexed, files_indexed"
)
_PLACES = ", ".join("?" for _ in _WRITTEN.split(","))
# The number keeps the order in which messages came in, which is that of a chat within one second.
INSERT = f"INSERT INTO inbox_messages ({_WRITTEN}) VALUES ({_PLACES}) RETURNING id"  # noqa: S608
UPDATE = f"UPDATE inbox_messages SET ({_WRITTEN}) = ({_PLACES}) WHERE id = ?"  # noqa: S608


def content_key(message: ReadMessage) -> bytes:
    """A digest of all that the message says, whatever file says it."""
    return _digest(
        message.source,
        message.chat,
        message.message_id,
        message.date,
        message.sender,
        message.recipients,
        message.subject,
        message.body,
        message.attachments,
        message.occurrence,
    )


def place_key(message: ReadMessage) -> bytes:
    return _digest(message.source, message.place) if message.place else content_key(message)


def thread_keys(message: ReadMessage, own: bytes) -> list[str]:
    """Everything that binds the message to others; a message that nothing binds has a key of its own."""
    if message.chat:
        return [f"{message.source} {key}" for key in message.related_ids]
    ids = list(dict.fromkeys(key for key in (message.message_id, *message.related_ids) if key))
    return ids or [own.hex()]


def written_row(message: ReadMessage, content: bytes, thread_id: int, texts: Sequence[str]) -> tuple[Any, ...]:
    """The values of `INSERT` and, with the id behind them, of `UPDATE`; `texts` are those of the attachments."""
    subject, body = index_text(message.subject), index_text(message.body)
    others = [*(" ".join(person) for person in message.recipients), message.chat]
    files = [*(attachment.name for attachment in message.attachments), *texts]
    return (
        content,
        place_key(message),
        message.source,
        message.message_id,
        thread_id,
        message.sender.name,
        message.sender.address,
        json.dumps(message.recipients, ensure_ascii=False),
        message.date,
        message.sent_at,
        message.subject,
        message.body,
        message.chat,
        len(message.attachments),
        index_text(" ".join(message.sender)),
        index_text(" ".join(others)),
        None if subject == message.subject else subject,
        None if body == message.body else body,
        index_text("\n".join(files)),
    )


def message_of(row: tuple[Any, ...], attachments: Iterable[str]) -> Message:
    """A message from a row of `MESSAGE_COLUMNS`."""
    return Message(
        id=row[0],
        source=row[1],
        message_id=row[2],
        thread_id=row[3],
        sender=Person(row[4], row[5]),
        recipients=tuple(Person(name, address) for name, address in json.loads(row[6])),
        date=_aware(row[7], row[8]),
        date_written=row[7],
        subject=row[9],
        body=row[10],
        attachments=tuple(attachments),
        chat=row[11],
        origin=row[13] or "",
    )


def moment_of(sent_at: float | None) -> datetime | None:
    return None if sent_at is None else datetime.fromtimestamp(sent_at, UTC)


def _aware(written: str, sent_at: float | None) -> datetime | None:
    if sent_at is None:
        return None
    try:
        said = datetime.fromisoformat(written)
    except ValueError:
        return moment_of(sent_at)
    return said if said.tzinfo and said.timestamp() == sent_at else moment_of(sent_at)


def _digest(*parts: object) -> bytes:
    return blake2b(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass"), digest_size=16).digest()
