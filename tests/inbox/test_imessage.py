"""iMessage's database: read without a trace, whatever stands in it."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC
from pathlib import Path

import pytest

from tests.inbox.mails import counts, stored, take
from tools.inbox import imessage
from tools.inbox.files import open_file
from tools.inbox.imessage import read_imessage, rich_text
from tools.inbox.records import Attachment, InboxProblem, Person

SCHEMA = """
CREATE TABLE handle (id TEXT);
CREATE TABLE chat (guid TEXT, chat_identifier TEXT, display_name TEXT);
CREATE TABLE message (guid TEXT, text TEXT, attributedBody BLOB, date INTEGER, is_from_me INTEGER, handle_id INTEGER,
    associated_message_type INTEGER, item_type INTEGER);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
CREATE TABLE attachment (filename TEXT, transfer_name TEXT, mime_type TEXT, total_bytes INTEGER);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
INSERT INTO handle VALUES ('+49123'), ('bea@example.org');
INSERT INTO chat VALUES ('iMessage;-;+49123', '+49123', ''), ('iMessage;+;chat1', 'chat1', 'Trip');
INSERT INTO attachment VALUES ('~/Library/Messages/Attachments/a/IMG_1.HEIC', 'IMG_1.HEIC', 'image/heic', 1234);
"""
MOMENT = 794_221_500
"""The third of March 2026, 9:05 UTC, in seconds since 2001."""


def archived(text: str) -> bytes:
    """A text as the part of an NSAttributedString that holds it."""
    data = text.encode()
    length = bytes([len(data)]) if len(data) < 128 else b"\x81" + len(data).to_bytes(2, "little")
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + length + data + b"\x86"
    )


@pytest.fixture
def chat_db(tmp_path) -> Path:
    path = tmp_path / "chat.db"
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    rows = [
        (1, "g1", "Hello", None, MOMENT * 10**9, 0, 1, 0, 0),
        (1, "g2", None, archived("Später " * 60), (MOMENT + 60) * 10**9, 1, 0, 0, 0),
        (1, "g3", "Liked", None, (MOMENT + 61) * 10**9, 0, 1, 2001, 0),
        (2, "g4", "\ufffc", None, MOMENT + 120, 0, 2, 0, 0),
        (2, "g5", None, None, MOMENT + 121, 0, 2, 0, 2),
        (2, "g6", "never", None, None, 0, 2, 0, 0),
    ]
    for number, (chat, *message) in enumerate(rows, 1):
        connection.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)", message)
        connection.execute("INSERT INTO chat_message_join VALUES (?, ?)", (chat, number))
    connection.execute("INSERT INTO message_attachment_join VALUES (4, 1)")
    connection.commit()
    connection.close()
    return path


def test_messages_are_read_and_reactions_are_not(chat_db):
    first, second, third = read_imessage(open_file(chat_db), UTC)
    assert (first.sender, first.body, first.date) == (Person("+49123", "+49123"), "Hello", "2026-03-03T09:05:00+00:00")
    assert (second.sender, second.body) == (Person("Me", ""), ("Später " * 60).strip())
    assert (third.chat, third.body, third.sent_at) == ("Trip", "", first.sent_at + 120)
    assert third.attachments == (Attachment("IMG_1.HEIC", "image/heic", 1234),)


def test_the_file_stays_as_it_is(chat_db, db):
    before = (chat_db.read_bytes(), chat_db.stat().st_mtime_ns)
    assert counts(take(db, chat_db.parent)) == (3, 0, 0, 0)
    assert (chat_db.read_bytes(), chat_db.stat().st_mtime_ns) == before
    assert sorted(path.name for path in chat_db.parent.glob("chat.db*")) == ["chat.db"]
    assert counts(take(db, chat_db)) == (0, 0, 3, 0)
    assert {message.source for message in stored(db)} == {"imessage"}


def test_messages_that_are_not_in_the_file_yet_are_named(chat_db, db):
    os.utime(chat_db, (1_577_836_800, 1_577_836_800))
    chat_db.with_name("chat.db-wal").write_bytes(b"")
    assert counts(take(db, chat_db)) == (3, 0, 0, 0)
    chat_db.with_name("chat.db-wal").write_bytes(b"something")
    result = take(db, chat_db)
    assert counts(result) == (0, 0, 3, 1)
    assert result.failed[0].source.endswith("chat.db-wal")


def test_an_older_database_without_rich_text_is_read(chat_db):
    connection = sqlite3.connect(chat_db)
    for column in ("attributedBody", "associated_message_type", "item_type"):
        connection.execute(f"ALTER TABLE message DROP COLUMN {column}")
    connection.execute("DROP TABLE attachment")
    connection.commit()
    connection.close()
    assert "Hello" in [message.body for message in read_imessage(open_file(chat_db), UTC)]


def test_a_view_in_place_of_a_table_is_refused(chat_db):
    connection = sqlite3.connect(chat_db)
    connection.executescript(
        "DROP TABLE message; CREATE VIEW message AS WITH RECURSIVE n(x) AS"
        " (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS guid FROM n;"
    )
    connection.close()
    with pytest.raises(InboxProblem, match="another program"):
        list(read_imessage(open_file(chat_db), UTC))


def test_a_query_that_takes_too_long_ends(chat_db, monkeypatch):
    connection = sqlite3.connect(chat_db)
    connection.execute("INSERT INTO chat_message_join SELECT 1, 1 FROM (WITH RECURSIVE n(x) AS"
                       " (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200000) SELECT x FROM n)")  # fmt: skip
    connection.commit()
    connection.close()
    monkeypatch.setattr(imessage, "_SECONDS", 0.0)
    with pytest.raises(InboxProblem, match="takes more than"):
        list(read_imessage(open_file(chat_db), UTC))


@pytest.mark.parametrize("keep", [16, 100, 4096, 6000])
def test_a_damaged_database_is_refused(chat_db, db, keep):
    chat_db.write_bytes(chat_db.read_bytes()[:keep] + b"\xff" * 3000)
    result = take(db, chat_db)
    assert len(result.failed) == 1
    assert "iMessage" in result.failed[0].reason


@pytest.mark.parametrize(
    "data", [b"", b"NSString", b"NSString+", b"NSString+\x81", b"x" * 50, b"NSString+\x82\xff\xff\xff\xff"]
)
def test_a_broken_rich_text_is_empty(data):
    assert rich_text(data) == ""


@pytest.mark.parametrize("text", ["a", "ü" * 70, "long " * 1000])
def test_a_rich_text_of_any_length_is_read(text):
    assert rich_text(archived(text)) == text
