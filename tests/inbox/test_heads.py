"""The list of messages, page by page."""

from __future__ import annotations

import pytest

from tests.inbox.mails import inbox_of, mail, mbox, take
from tools.inbox.heads import MessageHead

UNDATED = b"From: Eve <eve@example.org>\nSubject: No date %d\n\nSometime.\n"


@pytest.fixture
def inbox(db, tmp_path):
    """Twelve mails in threads of three, two of them at one time, and three without a date."""
    mails = [mail(number, headers=_answers(number)) for number in range(1, 12)]
    same_time = mail(11, subject="At the same time").replace(b"<m11@", b"<m12@")
    undated = [UNDATED % number for number in range(3)]
    (tmp_path / "box.mbox").write_bytes(mbox([*mails, same_time, *undated]))
    take(db, tmp_path / "box.mbox")
    return inbox_of(db)


def _answers(number: int) -> str:
    first = number - (number - 1) % 3
    return "" if number == first else f"References: <m{first}@example.org>\n"


def paged(inbox, size: int, **what) -> list[MessageHead]:
    found: list[MessageHead] = []
    while page := inbox.heads(size, found[-1] if found else None, **what):
        assert len(page) <= size
        found += page
    return found


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pages_of_any_size_are_the_whole_list_in_its_order(inbox, size):
    found = paged(inbox, size)
    assert [head.id for head in found] == [message.id for message in inbox.recent(100)]
    assert [head.date is None for head in found] == [False] * 12 + [True] * 3


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_thread_is_paged_alone(inbox, size):
    for message in inbox.recent(100):
        thread = paged(inbox, size, thread_of=message.id)
        assert {head.id for head in thread} == {one.id for one in inbox.thread(message.id)}
        assert [head.sent_at or 0.0 for head in thread] == sorted((h.sent_at or 0.0 for h in thread), reverse=True)


def test_a_head_says_what_a_line_shows(inbox):
    head = inbox.heads(1)[0]
    message = inbox.get(head.id)
    assert (head.sender, head.subject, head.date) == (message.sender, message.subject, message.date)
    assert message.body.startswith(head.beginning)


def test_a_found_message_has_the_sentence_that_fits(inbox):
    found = inbox.search("keys", limit=1)[0]
    head = MessageHead.of(found)
    assert (head.id, head.beginning, head.sent_at) == (found.message.id, found.snippet, found.message.date.timestamp())
