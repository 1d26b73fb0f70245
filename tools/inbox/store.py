"""The messages of the inbox in the desk database: each once, by what it says, in the thread that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tools.desk_db import DeskDatabase
from tools.inbox.records import Message, Outcome, ReadMessage, Thread
from tools.inbox.rows import (
    ATTACHMENT_COUNT,
    INSERT,
    MESSAGE_COLUMNS,
    UPDATE,
    content_key,
    message_of,
    moment_of,
    place_key,
    thread_keys,
    written_row,
)
from tools.inbox.threads import thread_of


class MessageStore:
    """Reading and writing messages; writing wants a transaction around it."""

    def __init__(self, db: DeskDatabase) -> None:
        self._db = db

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Message]:
        """Messages by the rest of a query: what follows `SELECT … FROM inbox_messages`."""
        return [message for message, _ in self.select_scored(sql, parameters)]

    def select_scored(
        self, sql: str, parameters: Sequence[Any] = (), *, score: str = "0.0"
    ) -> list[tuple[Message, float]]:
        rows = self._db.rows(f"SELECT {MESSAGE_COLUMNS}, {score} FROM inbox_messages {sql}", parameters)  # noqa: S608
        names = self._attachment_names([row[0] for row in rows if row[ATTACHMENT_COUNT]])
        return [(message_of(row, names.get(row[0], ())), row[-1]) for row in rows]

    def get(self, message_id: int) -> Message | None:
        return next(iter(self.select("WHERE id = ?", (message_id,))), None)

    def thread(self, thread_id: int) -> list[Message]:
        """The messages of a thread, oldest first."""
        return self.select("WHERE thread_id = ? ORDER BY sent_at IS NULL, sent_at, id", (thread_id,))

    def threads(self, count: int) -> list[Thread]:
        """The threads with the latest messages, the latest first."""
        found: dict[int, None] = {}
        skipped, page = 0, max(200, 4 * count)
        # Grouping all messages takes as long as there are many; the latest ones are in few of their rows.
        while len(found) < count and (
            rows := self._db.rows(
                "SELECT thread_id FROM inbox_messages ORDER BY sent_at DESC, id DESC LIMIT ? OFFSET ?", (page, skipped)
            )
        ):
            found.update(dict.fromkeys(thread_id for (thread_id,) in rows))
            skipped += page
        return [self._overview(thread_id) for thread_id in list(found)[:count]]

    def count(self) -> int:
        number: int = self._db.rows("SELECT count(*) FROM inbox_messages")[0][0]
        return number

    def attachment_texts(self, message_id: int) -> list[tuple[str, str]]:
        """The name of each attachment, and its text where one was found in it."""
        return self._db.rows(
            "SELECT name, text FROM inbox_attachments WHERE message_id = ? ORDER BY ordinal", (message_id,)
        )

    def is_known(self, message: ReadMessage) -> bool:
        return bool(self._db.rows("SELECT 1 FROM inbox_messages WHERE content_key = ?", (content_key(message),)))

    def save(self, message: ReadMessage, texts: Sequence[str], file_id: int, seen: set[int]) -> Outcome:
        """Store a message that was read from a file, with the texts of its attachments.

        `seen` collects the rows that this import has met: such a row is not another version of a later message.
        """
        content = content_key(message)
        outcome: Outcome = "unchanged"
        if known := self._db.rows("SELECT id FROM inbox_messages WHERE content_key = ?", (content,)):
            number = known[0][0]
            # Readers of version 1 took dates of the future as they were written.
            self._db.rows(
                "UPDATE inbox_messages SET sent_at = ? WHERE id = ? AND sent_at > unixepoch() + 86400",
                (message.sent_at, number),
            )
        else:
            earlier = self._earlier_version(message, seen)
            thread_id = thread_of(self._db, thread_keys(message, content))
            written = written_row(message, content, thread_id, texts)
            outcome = "added" if earlier is None else "changed"
            number = self._insert(written) if earlier is None else self._update(written, earlier)
            self._attach(number, message, texts)
        self._db.rows("INSERT OR IGNORE INTO inbox_origins (message_id, file_id) VALUES (?, ?)", (number, file_id))
        seen.add(number)
        return outcome

    def _earlier_version(self, message: ReadMessage, seen: set[int]) -> int | None:
        rows = self._db.rows("SELECT id FROM inbox_messages WHERE place_key = ? ORDER BY id", (place_key(message),))
        return next((number for (number,) in rows if number not in seen), None)

    def _insert(self, written: tuple[Any, ...]) -> int:
        number: int = self._db.rows(INSERT, written)[0][0]
        return number

    def _update(self, written: tuple[Any, ...], number: int) -> int:
        self._db.rows(UPDATE, (*written, number))
        self._db.rows("DELETE FROM inbox_attachments WHERE message_id = ?", (number,))
        return number

    def _attach(self, number: int, message: ReadMessage, texts: Sequence[str]) -> None:
        for ordinal, attachment in enumerate(message.attachments):
            text = texts[ordinal] if ordinal < len(texts) else ""
            self._db.rows(
                "INSERT INTO inbox_attachments (message_id, ordinal, name, media_type, size, text)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (number, ordinal, *attachment, text),
            )

    def _overview(self, thread_id: int) -> Thread:
        number, last = self._db.rows(
            "SELECT count(*), max(sent_at) FROM inbox_messages WHERE thread_id = ?", (thread_id,)
        )[0]
        chat, subject = self._db.rows(
            "SELECT chat, subject FROM inbox_messages WHERE thread_id = ?"
            " ORDER BY sent_at IS NULL, sent_at, id LIMIT 1",
            (thread_id,),
        )[0]
        return Thread(thread_id, chat or subject, number, moment_of(last))

    def _attachment_names(self, message_ids: list[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        if message_ids:
            for message_id, name in self._db.rows(
                "SELECT message_id, name FROM inbox_attachments"
                " WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY message_id, ordinal",
                (json.dumps(message_ids),),
            ):
                found.setdefault(message_id, []).append(name)
        return found
