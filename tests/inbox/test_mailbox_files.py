"""Mailboxes: each of their mails comes out, and one that is broken takes no other along."""

from __future__ import annotations

import mailbox
import os
from pathlib import Path

import pytest

from tests.inbox.mails import FROM_LINE, counts, in_memory, mail, mbox, stored, take
from tools.inbox import mailbox_files
from tools.inbox.mailbox_files import mbox_messages, read_mbox
from tools.inbox.records import Failure


def subjects(db) -> list[str]:
    return [message.subject for message in stored(db)]


def test_an_mbox_gives_what_was_put_in():
    mails = [mail(1, body="First\n\nFrom here on it is quoted.\n>From the other\n"), mail(2), mail(3, body="\n\n")]
    messages = list(read_mbox(in_memory(mbox(mails))))
    assert [message.subject for message in messages] == ["Mail 1", "Mail 2", "Mail 3"]
    assert messages[0].body == "First\n\nFrom here on it is quoted.\nFrom the other"


def test_an_mbox_of_pythons_own_module_is_read(tmp_path, db):
    box = mailbox.mbox(tmp_path / "box")
    for number in (1, 2, 3):
        box.add(mail(number, body="From me to you\n"))
    box.close()
    assert counts(take(db, tmp_path / "box")) == (3, 0, 0, 0)
    assert {message.body for message in stored(db)} == {"From me to you"}


@pytest.mark.parametrize(
    ("line", "after_blank", "expected"),
    [
        (b"From ana@example.org Tue Mar  3 10:00:00 2026\n", False, True),
        (b"From - Tue Mar 03 10:00:00 2026\r\n", True, True),
        (b"From \r\n", True, True),
        (b"From - \n", True, True),
        (b"From ana@example.org\n", True, True),
        (b"From the beginning it was clear\n", True, False),
        (b"From ana@example.org\n", False, False),
        (b"From 10:00 on\n", False, False),
    ],
)
def test_a_mail_begins_where_programs_let_it_begin(line, after_blank, expected):
    assert mailbox_files.is_from_line(line, after_blank=after_blank) is expected


def test_a_broken_mail_is_named_and_left_out(tmp_path, db):
    box = tmp_path / "box.mbox"
    box.write_bytes(mbox([mail(1), b"no headers at all\n", mail(3)]))
    result = take(db, box)
    assert counts(result) == (2, 0, 0, 1)
    assert result.failed[0] == Failure(f"{box}, message 2", "is not an e-mail: it has no sender, date or subject.")
    assert counts(take(db, box)) == (0, 0, 2, 1)


def test_a_mail_that_is_too_large_is_named_and_left_out(monkeypatch):
    monkeypatch.setattr(mailbox_files, "LARGEST_MAIL", 5000)
    found = list(read_mbox(in_memory(mbox([mail(1), mail(2, body="x" * 200_000 + "\n"), mail(3)]))))
    assert [type(item) is Failure for item in found] == [False, True, False]
    assert "message 2" in found[1].source


def test_lines_without_an_end_are_read_in_pieces():
    long = b"x" * 300_000
    assert b"".join(mbox_messages(in_memory(FROM_LINE + long))) == long


def test_windows_line_ends_are_read(db, tmp_path):
    (tmp_path / "box.mbox").write_bytes(mbox([mail(1), mail(2)]).replace(b"\n", b"\r\n"))
    assert counts(take(db, tmp_path / "box.mbox")) == (2, 0, 0, 0)


def test_a_maildir_is_read_and_flags_change_nothing(tmp_path, db):
    box = mailbox.Maildir(tmp_path / "Mail")
    keys = [box.add(mail(number)) for number in (1, 2)]
    (tmp_path / "Mail" / "tmp" / "half").write_bytes(mail(9))
    assert counts(take(db, tmp_path / "Mail")) == (2, 0, 0, 0)
    message = box[keys[0]]
    message.set_subdir("cur")
    message.set_flags("SR")
    box[keys[0]] = message
    assert take(db, tmp_path / "Mail").added == 0


def test_a_draft_that_was_rewritten_is_changed(tmp_path, db):
    (tmp_path / "a.eml").write_bytes(mail(1, body="The first version."))
    take(db, tmp_path)
    (tmp_path / "a.eml").write_bytes(mail(1, body="The second version, longer."))
    assert counts(take(db, tmp_path)) == (0, 1, 0, 0)
    assert [message.body for message in stored(db)] == ["The second version, longer."]
    with db._connections.transaction() as database:
        database.execute("INSERT INTO inbox_fts (inbox_fts, rank) VALUES ('integrity-check', 1)")


def test_a_profile_of_thunderbird_is_read(tmp_path, db):
    profile = tmp_path / "abc.default-release"
    local = profile / "Mail" / "Local Folders"
    (local / "Work.sbd").mkdir(parents=True)
    (profile / "prefs.js").write_text("user_pref('a', 1);")
    (profile / "extensions.json").write_text('{"addons": [], "messages": 3}')
    (profile / "places.sqlite").write_bytes(b"SQLite format 3\0" + bytes(100))
    deleted = b"X-Mozilla-Status: 0009\n" + mail(3)
    moved = b"X-Mozilla-Status: 0001\n" + mail(2)
    (local / "Inbox").write_bytes(
        b"\n".join(b"From - Tue Mar 03 10:00:00 2026\n" + m for m in (mail(1), moved, deleted))
    )
    (local / "Inbox.msf").write_text("// <!-- <mdb:mork:z v=1.4/> -->")
    (local / "Work.sbd" / "Offers").write_bytes(mbox([mail(4)]))
    (local / "Empty").write_bytes(b"")
    assert counts(take(db, profile)) == (3, 0, 0, 0)
    assert subjects(db) == ["Mail 1", "Mail 2", "Mail 4"]


def test_equal_mails_of_several_mailboxes_are_one(tmp_path, db):
    (tmp_path / "a.mbox").write_bytes(mbox([mail(1), mail(2)]))
    (tmp_path / "b.mbox").write_bytes(mbox([mail(2), mail(3)]))
    assert counts(take(db, tmp_path)) == (3, 0, 1, 0)
    assert subjects(db) == ["Mail 1", "Mail 2", "Mail 3"]


def test_mails_that_share_an_id_and_nothing_else_are_all_kept(tmp_path, db):
    mails = [mail(1, body=f"Text {number}") for number in range(3)]
    (tmp_path / "a.mbox").write_bytes(mbox(mails))
    assert counts(take(db, tmp_path)) == (3, 0, 0, 0)
    assert counts(take(db, tmp_path)) == (0, 0, 3, 0)


def test_links_and_pipes_are_not_followed(tmp_path, db):
    outside = tmp_path / "outside.eml"
    outside.write_bytes(mail(1))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.eml").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.eml")
    result = take(db, folder)
    assert counts(result) == (0, 0, 0, 1)
    assert "holds no messages" in result.failed[0].reason


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, db, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.eml").write_bytes(mail(1))
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("tools.inbox.files.os.scandir", refusing)
    result = take(db, tmp_path)
    assert counts(result) == (1, 0, 0, 1)
    assert result.failed[0].source == str(tmp_path / "closed")


def test_what_is_not_there_is_named(tmp_path, db):
    result = take(db, tmp_path / "missing\x1b[2J.mbox", Path("/nonexistent/x.eml"))
    assert counts(result) == (0, 0, 0, 2)
    assert "\x1b" not in result.failed[0].source
    assert "no such file" in result.failed[0].reason
