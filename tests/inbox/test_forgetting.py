"""Forgetting a mailbox: all that came from it alone goes, with what was made of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inbox.mails import counts, inbox_of, mail, mbox, stored, take
from tools.inbox import ActionItem, InboxProblem


def subjects(db) -> list[str]:
    return [message.subject for message in stored(db)]


def rows(db, table: str) -> int:
    return db.rows(f"SELECT count(*) FROM {table}")[0][0]


def test_what_came_from_elsewhere_too_stays(tmp_path, db):
    (tmp_path / "a.mbox").write_bytes(mbox([mail(1), mail(2, headers="References: <m1@example.org>\n")]))
    (tmp_path / "b.mbox").write_bytes(mbox([mail(2, headers="References: <m1@example.org>\n"), mail(3)]))
    take(db, tmp_path / "a.mbox", tmp_path / "b.mbox")
    inbox = inbox_of(db)
    assert inbox.forget_source(tmp_path / "a.mbox") == 1
    assert subjects(db) == ["Mail 2", "Mail 3"]
    assert {Path(message.origin).name for message in stored(db)} == {"b.mbox"}
    assert inbox.forget_source(tmp_path / "b.mbox") == 2
    for table in ("inbox_messages", "inbox_threads", "inbox_thread_ids", "inbox_files", "inbox_origins"):
        assert rows(db, table) == 0
    assert counts(take(db, tmp_path / "a.mbox")) == (2, 0, 0, 0)


def test_a_folder_stands_for_its_files_and_no_others(tmp_path, db):
    for name in ("in", "inside"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "a.eml").write_bytes(mail(1))
    (tmp_path / "in" / "b.eml").write_bytes(mail(2))
    (tmp_path / "inside" / "c.eml").write_bytes(mail(3))
    take(db, tmp_path)
    assert inbox_of(db).forget_source(tmp_path / "in") == 2
    assert subjects(db) == ["Mail 3"]


def test_a_path_that_nothing_came_from_is_refused(tmp_path, db):
    with pytest.raises(InboxProblem, match="No messages came from"):
        inbox_of(db).forget_source(tmp_path / "a\x1b[2J.mbox")


def test_a_number_is_never_used_again(tmp_path, db):
    (tmp_path / "a.eml").write_bytes(mail(1))
    take(db, tmp_path)
    [first] = stored(db)
    inbox_of(db).forget_source(tmp_path)
    take(db, tmp_path)
    assert stored(db)[0].id > first.id


def test_not_a_word_of_it_is_left_in_the_file(tmp_path, db):
    (tmp_path / "a.eml").write_bytes(
        mail(1, subject="Xylophone", body="Xylophones are loud. Call Zebediah tomorrow.\n")
    )
    (tmp_path / "b.eml").write_bytes(mail(2, body="Quiet.\n"))
    take(db, tmp_path)
    inbox = inbox_of(db)
    number = inbox.find("xylophone").clear.id
    inbox.add_items([ActionItem(number, "Call Zebediah", "Call Zebediah tomorrow.")])
    inbox.set_status(inbox.items()[0].id, "done")
    assert inbox.forget_source(tmp_path / "a.eml") == 1
    assert inbox.search("xylophone") == []
    assert db.journal.history() == []
    held = b"".join(path.read_bytes().lower() for path in db.path.parent.iterdir())
    assert b"quiet" in held
    assert b"xylophone" not in held
    assert b"zebediah" not in held
    assert db.rows("PRAGMA integrity_check") == [("ok",)]
    assert db.rows("PRAGMA foreign_key_check") == []
