"""Importing: what comes in twice is there once, in whatever order, and nothing is half there."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inbox.mails import contents, counts, desk, mail, mbox, stored, take
from tools.inbox.importing import import_path
from tools.inbox.records import Failure, ImportReport
from tools.inbox.store import MessageStore

WHATSAPP = "30/01/20, 15:05 - Ana: ok\n30/01/20, 15:05 - Ana: ok\n31/01/20, 15:05 - Bob: fine"
YEAR_2020 = 1_577_836_800


def age(folder: Path, seconds: int = YEAR_2020) -> None:
    """Make files look as if they had not been written just now."""
    for path in folder.rglob("*"):
        os.utime(path, (seconds, seconds))


def files_in(folder: Path) -> list[Path]:
    """A mailbox, two mails of which one is in it too, a broken one, and a chat."""
    folder.mkdir()
    (folder / "a.mbox").write_bytes(mbox([mail(1), mail(2, headers="References: <m1@example.org>\n"), mail(1)]))
    (folder / "b.eml").write_bytes(mail(2, headers="References: <m1@example.org>\n"))
    (folder / "c.eml").write_bytes(mail(3, headers="In-Reply-To: <m2@example.org>\n"))
    (folder / "d.eml").write_bytes(b"not a mail")
    (folder / "WhatsApp Chat with Ana.txt").write_text(WHATSAPP)
    return sorted(folder.iterdir())


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(5)), again=st.permutations(range(5)))
def test_any_order_gives_the_same_inbox_and_a_second_time_adds_nothing(order, again):
    with tempfile.TemporaryDirectory() as scratch:
        files = files_in(Path(scratch) / "files")
        with desk(Path(scratch)) as db:
            first = take(db, *(files[place] for place in order))
            assert (first.added, first.changed, len(first.failed)) == (6, 0, 1)
            inside = contents(db)
            assert len({message.thread_id for message in stored(db)}) == 2
            second = take(db, *(files[place] for place in again))
            assert counts(second) == (0, 0, first.added + first.unchanged, 1)
            assert contents(db) == inside
            assert MessageStore(db).count() == 6


def test_a_longer_export_of_a_chat_adds_what_is_new(tmp_path, db):
    export = tmp_path / "WhatsApp Chat with Ana.txt"
    export.write_text(WHATSAPP)
    assert counts(take(db, export)) == (3, 0, 0, 0)
    longer = tmp_path / "WhatsApp Chat with Ana (1).txt"
    longer.write_text(WHATSAPP + "\n31/01/20, 15:05 - Bob: fine\n01/02/20, 09:00 - Ana: see you")
    assert counts(take(db, longer)) == (2, 0, 3, 0)
    assert len({message.thread_id for message in stored(db)}) == 1


def test_files_that_have_not_changed_are_not_read_again(tmp_path, db, monkeypatch):
    folder = tmp_path / "files"
    files_in(folder)
    age(folder)
    first = take(db, folder)
    read = []
    monkeypatch.setattr("tools.inbox.importing.reader_of", lambda file, *, named: read.append(file.path.name))
    assert counts(take(db, folder)) == (0, 0, first.added + first.unchanged, 0)
    assert read == ["d.eml"]  # what failed is tried, and named, each time


def test_files_that_were_just_written_are_read_again(tmp_path, db):
    box = tmp_path / "a.mbox"
    box.write_bytes(mbox([mail(1)]))
    take(db, box)
    written = box.stat().st_mtime_ns
    box.write_bytes(mbox([mail(2)]))
    os.utime(box, ns=(written, written))
    assert counts(take(db, box)) == (1, 0, 0, 0)


def test_a_mailbox_that_grew_adds_what_is_new(tmp_path, db):
    box = tmp_path / "a.mbox"
    box.write_bytes(mbox([mail(1)]))
    age(tmp_path)
    take(db, box)
    box.write_bytes(mbox([mail(1), mail(2)]))
    age(tmp_path, YEAR_2020 + 60)
    assert counts(take(db, box)) == (1, 0, 1, 0)


def test_progress_is_told_and_a_cancel_keeps_what_is_done(tmp_path, db, monkeypatch):
    monkeypatch.setattr("tools.inbox.importing._BATCH", 10)
    box = tmp_path / "a.mbox"
    box.write_bytes(mbox(mail(number) for number in range(35)))
    told: list[int] = []

    def cancel_late(report: ImportReport) -> None:
        told.append(report.messages)
        if report.messages >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_path(db, box, zone=UTC, progress=cancel_late)
    assert told == [10, 20]
    assert MessageStore(db).count() == 20
    assert counts(take(db, box)) == (15, 0, 20, 0)


def test_a_folder_without_messages_says_so(tmp_path, db):
    (tmp_path / "notes.txt").write_text("Buy milk.")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    folder = tmp_path / "empty"
    folder.mkdir()
    for path in (tmp_path / "notes.txt", folder):
        assert counts(take(db, path)) == (0, 0, 0, 1)


def test_a_result_is_what_the_command_prints(tmp_path, db):
    result = take(db, tmp_path / "missing")
    assert result.as_json() == {
        "added": 0,
        "changed": 0,
        "unchanged": 0,
        "failed": [{"source": str(tmp_path / "missing"), "reason": "cannot be read: no such file or directory."}],
    }
    assert Failure.of("a\x1b[2Jb", "x").source == "a\ufffd[2Jb"


def test_the_index_follows_every_change(tmp_path, db):
    for number in range(3):
        (tmp_path / "a.eml").write_bytes(mail(1, body=f"Version {number}", subject=f"Ü {number} 会議"))
        take(db, tmp_path)
    with db._connections.transaction() as database:
        database.execute("INSERT INTO inbox_fts (inbox_fts, rank) VALUES ('integrity-check', 1)")
    assert db.rows("SELECT count(*) FROM inbox_messages") == [(1,)]
    assert db.rows("PRAGMA foreign_key_check") == []
