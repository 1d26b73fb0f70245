"""Threads: messages that answer each other are together, in whatever order they came."""

from __future__ import annotations

import itertools

import pytest

from tests.inbox.mails import mail, take
from tools.desk_db import DeskDatabase, Piece
from tools.desk_db.inbox_schema import create_inbox
from tools.desk_db.migrations import desk_migrations
from tools.desk_db.sqlite import Database
from tools.inbox.store import MessageStore

CONVERSATION = [
    mail(1, subject="Keys"),
    mail(2, subject="Re: Keys", headers="In-Reply-To: <m1@example.org>\nReferences: <m1@example.org>\n"),
    mail(4, subject="Re: Keys", headers="References: <m1@example.org> <m3@example.org>\n"),
    mail(5, subject="Other"),
]


@pytest.mark.parametrize("order", itertools.permutations(range(4)))
def test_answers_are_in_the_thread_of_what_they_answer_in_any_order(tmp_path, db, order):
    for place in order:
        (tmp_path / f"{place}.eml").write_bytes(CONVERSATION[place])
        take(db, tmp_path / f"{place}.eml")
    assert [(t.title, t.messages) for t in MessageStore(db).threads(9)] == [("Other", 1), ("Keys", 3)]
    thread_id = MessageStore(db).threads(9)[1].id
    assert [message.subject for message in MessageStore(db).thread(thread_id)] == ["Keys", "Re: Keys", "Re: Keys"]
    assert db.rows("PRAGMA foreign_key_check") == []


def test_mails_without_an_id_are_alone(tmp_path, db):
    for number in (1, 2):
        (tmp_path / f"{number}.eml").write_bytes(f"From: a@b.org\nSubject: {number}\n\n".encode())
    take(db, tmp_path)
    assert len(MessageStore(db).threads(9)) == 2
    assert [thread.last for thread in MessageStore(db).threads(1)] == [None]


def test_the_latest_threads_come_first_and_many_messages_of_one_are_passed_over(tmp_path, db):
    chat = "\n".join(f"2020-01-30 15:{number % 60:02} - Ana: {number}" for number in range(450))
    (tmp_path / "Ana.txt").write_text(chat)
    (tmp_path / "Bob.txt").write_text("2019-01-30 15:05 - Bob: earlier")
    take(db, tmp_path)
    assert [(thread.title, thread.messages) for thread in MessageStore(db).threads(2)] == [("Ana", 450), ("Bob", 1)]


def test_a_database_from_before_the_inbox_gets_one_and_keeps_the_rest(tmp_path):
    old = Database(tmp_path / "old.db")
    desk_migrations.apply(old, stop_before=create_inbox.__name__)
    assert "inbox_messages" not in old.table_names()
    old["pieces"].insert({"key": "k", "kind": "passage", "content_hash": "h", "model": "m", "prompt_version": "1",
                          "output": "text", "prompt_tokens": 1, "tokens": 1, "created_at": 0.0})  # fmt: skip
    old.close()
    (tmp_path / "a.eml").write_bytes(mail(1))
    with DeskDatabase.open(tmp_path / "old.db") as db:
        assert isinstance(db.pieces.get("k"), Piece)
        assert take(db, tmp_path / "a.eml").added == 1
        assert db.rows("PRAGMA integrity_check") == [("ok",)]
