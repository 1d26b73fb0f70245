"""iMessage's chat.db as macOS keeps it, opened so that nothing of it can change and nothing in it can run for long."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tools.inbox.chat import MY_NAME, Chat, ChatLine, at_epoch, chat_messages
from tools.inbox.files import OpenFile
from tools.inbox.records import Attachment, Failure, InboxProblem, ReadMessage
from tools.reading import reads_through_another

SQLITE_MARK = b"SQLite format 3\0"
_SECONDS = 120.0
_LARGEST_VALUE = 64 * 2**20
_COPIED_BYTES = 2**20
_TABLES = frozenset(("message", "handle", "chat", "chat_message_join"))
_APPLE_EPOCH = 978_307_200
"""2001 began so many seconds after 1970."""
_NANOSECONDS = 10**9
_FIRST_REACTION, _LAST_REACTION = 2000, 3999
"""Kinds of messages that say only what somebody thinks of another."""


def read_imessage(file: OpenFile, zone: tzinfo | None) -> Iterator[ReadMessage | Failure]:
    """The messages of all chats, chat by chat. Those that are still in chat.db-wal alone are named, not read."""
    path = file.path
    try:
        with _for_sqlite(file) as place, closing(_opened(place)) as connection:
            missing = _TABLES - _tables(connection)
            if missing:
                raise InboxProblem("is a database of another program than iMessage.")
            files = _attachments(connection) if {"attachment", "message_attachment_join"} <= _tables(connection) else {}
            for chat, lines in _chats(connection, files):
                yield from chat_messages(chat, lines, zone)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise InboxProblem(f"takes more than {_SECONDS:.0f} seconds to be read.") from error
        raise InboxProblem("is damaged or not a database of iMessage.") from error
    if has_unread_log(path):
        yield Failure.of(
            f"{path}-wal", f"has messages too new to be in {path.name} yet: restart the Mac and import again."
        )


def has_unread_log(path: Path) -> bool:
    """Whether there are changes to a database that are not in its file yet."""
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0


@contextmanager
def _for_sqlite(file: OpenFile) -> Iterator[Path]:
    """Where SQLite, which takes a path and no open file, may open it: where it lies, or a private copy."""
    if not reads_through_another():
        yield file.path
        return
    with NamedTemporaryFile(prefix="chat-") as copy:
        shutil.copyfileobj(file.stream, copy, _COPIED_BYTES)
        copy.flush()
        yield Path(copy.name)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    deadline = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 100_000)
    return connection


def _tables(connection: sqlite3.Connection) -> set[str]:
    """Ordinary tables alone: a view may be a program that never ends."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
    return {name for (name,) in rows}


def _chats(connection: sqlite3.Connection, files: dict[int, list[Attachment]]) -> Iterator[tuple[Chat, list[ChatLine]]]:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(message)")}
    rich = "m.attributedBody" if "attributedBody" in columns else "NULL"
    kind = "m.associated_message_type" if "associated_message_type" in columns else "0"
    note = "m.item_type" if "item_type" in columns else "0"
    rows = connection.execute(
        f"""
        SELECT c.ROWID, c.guid, coalesce(nullif(c.display_name, ''), c.chat_identifier, c.guid),
            m.ROWID, m.guid, m.text, {rich}, m.date, m.is_from_me, h.id
        FROM message AS m
        JOIN chat_message_join AS j ON j.message_id = m.ROWID
        JOIN chat AS c ON c.ROWID = j.chat_id
        LEFT JOIN handle AS h ON h.ROWID = m.handle_id
        WHERE coalesce({note}, 0) = 0
            AND NOT coalesce({kind}, 0) BETWEEN {_FIRST_REACTION} AND {_LAST_REACTION}
        ORDER BY c.ROWID, m.date, m.ROWID
        """  # noqa: S608
    )
    current: tuple[Any, ...] = ()
    lines: list[ChatLine] = []
    for row in rows:
        if row[:1] != current[:1]:
            if lines:
                yield Chat("imessage", str(current[2]), str(current[1])), lines
            current, lines = row[:3], []
        if line := _line(row, files):
            lines.append(line)
    if lines:
        yield Chat("imessage", str(current[2]), str(current[1])), lines


def _line(row: tuple[Any, ...], files: dict[int, list[Attachment]]) -> ChatLine | None:
    number, own_id, text, rich, date, from_me, handle = row[3:]
    sent = _date(date)
    if sent is None:
        return None
    body = text if isinstance(text, str) and text else rich_text(rich) if isinstance(rich, bytes) else ""
    address = "" if from_me else str(handle or "")
    return ChatLine(
        sender=MY_NAME if from_me else address,
        date=sent,
        # Where a picture stands in the text there is a character that stands for any object.
        body=body.replace("\ufffc", "").strip(),
        address=address,
        attachments=tuple(files.get(number, ())),
        own_id=str(own_id or ""),
    )


def _date(value: Any) -> datetime | None:
    """Nanoseconds since 2001; seconds before macOS 10.13."""
    if not isinstance(value, int | float):
        return None
    return at_epoch(_APPLE_EPOCH + (value / _NANOSECONDS if abs(value) > 10**11 else value))


def _attachments(connection: sqlite3.Connection) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for number, name, path, media_type, size in connection.execute(
        "SELECT j.message_id, a.transfer_name, a.filename, a.mime_type, a.total_bytes"
        " FROM message_attachment_join AS j JOIN attachment AS a ON a.ROWID = j.attachment_id ORDER BY a.ROWID"
    ):
        shown = str(name or "") or str(path or "").rsplit("/", 1)[-1]
        found.setdefault(number, []).append(
            Attachment(shown, str(media_type or ""), size if isinstance(size, int) and size >= 0 else None)
        )
    return found


def rich_text(data: bytes) -> str:
    """The text in an NSAttributedString as Apple's typedstream writes it: a class name, a "+", a length, UTF-8.

    A length up to 127 is one byte; 0x81 and 0x82 say that it is in the next two or four, the lowest first.
    """
    start = data.find(b"NSString")
    plus = data.find(b"+", start, start + 32) if start >= 0 else -1
    if plus < 0 or plus + 1 >= len(data):
        return ""
    place, length = plus + 2, data[plus + 1]
    if width := {0x81: 2, 0x82: 4}.get(length):
        length = int.from_bytes(data[place : place + width], "little")
        place += width
    return data[place : place + length].decode("utf-8", "replace")
