"""Mails that say they come from the future: ordered by when they were received, and shown with what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.inbox.mails import counts, inbox_of, mail, mbox, take
from tests.inbox.test_importing import age
from tools.date_language import Dates
from tools.inbox import Inbox

LAST_HOP = "Received: from relay by mx; Tue, 3 Mar 2026 10:02:30 +0100\n"
FIRST_HOP = "Received: from nowhere by relay; Mon, 2 Mar 2026 10:00:00 +0100\n"


def from_the_future(received: str, date: str = "Mon, 30 Jun 3609 15:33:50 +0600") -> bytes:
    return f"{received}From: eve@example.org\nSubject: Future\nDate: {date}\n\nBuy!\n".encode()


def subjects(inbox: Inbox) -> list[str]:
    return [message.subject for message in inbox.recent(9)]


@pytest.fixture
def box(tmp_path):
    def write(*mails: bytes):
        path = tmp_path / "box.mbox"
        path.write_bytes(mbox(mails))
        age(tmp_path)
        return path

    return write


def test_it_stands_where_the_last_server_took_it_in(db, box):
    take(db, box(from_the_future(LAST_HOP + FIRST_HOP), mail(2), mail(3)))
    inbox = inbox_of(db)
    assert subjects(inbox) == ["Mail 3", "Future", "Mail 2"]
    assert [head.subject for head in inbox.heads(9)] == subjects(inbox)
    found = inbox.recent(2)[1]
    assert (found.date, found.date_written) == (datetime(2026, 3, 3, 9, 2, 30, tzinfo=UTC), "3609-06-30T15:33:50+06:00")
    assert found.is_misdated
    assert not inbox.recent(1)[0].is_misdated
    assert [hit.message.subject for hit in inbox.search("buy", before="2026-03-04")] == ["Future"]


@pytest.mark.parametrize("received", ["", "Received: by mx; Mon, 30 Jun 3609 09:33:50 +0000\n", "Received: by mx\n"])
def test_one_of_which_nothing_tells_when_it_came_is_undated(db, box, received):
    take(db, box(from_the_future(received), mail(2)))
    inbox = inbox_of(db)
    assert subjects(inbox) == ["Mail 2", "Future"]
    found = inbox.recent(2)[1]
    assert (found.date, found.date_written) == (None, "3609-06-30T15:33:50+06:00")


def test_a_clock_that_is_an_hour_ahead_is_believed(db, box):
    soon = datetime.now(UTC) + timedelta(hours=1)
    take(db, box(from_the_future(LAST_HOP, f"{soon:%a, %d %b %Y %H:%M:%S +0000}"), mail(2)))
    assert subjects(inbox_of(db)) == ["Future", "Mail 2"]


def test_the_clock_of_the_user_counts_too(db, box):
    """Somebody who has set LLAMA_DESK_NOW to next year gets next year's mail in its order."""
    then = datetime.now(UTC) + timedelta(days=400)
    path = box(from_the_future(LAST_HOP, f"{then:%a, %d %b %Y %H:%M:%S +0000}"), mail(2))
    inbox = Inbox(db, Dates(lambda: then, ("en",)))
    inbox.import_path(path)
    assert subjects(inbox) == ["Future", "Mail 2"]


def test_what_was_stored_with_its_own_date_is_put_right_when_it_is_read_again(db, box):
    path = box(from_the_future(LAST_HOP), mail(2), mail(3))
    take(db, path)
    written = datetime.fromisoformat("3609-06-30T15:33:50+06:00").timestamp()
    with db.transaction():
        db.rows("UPDATE inbox_messages SET sent_at = ? WHERE subject = 'Future'", (written,))
        db.rows("UPDATE inbox_files SET reader_version = 1")
    assert subjects(inbox_of(db))[0] == "Future"
    assert counts(take(db, path)) == (0, 0, 3, 0)
    assert subjects(inbox_of(db)) == ["Mail 3", "Future", "Mail 2"]
