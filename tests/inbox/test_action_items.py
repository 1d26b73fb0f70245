"""What messages ask to be done: kept with the words that ask it, ticked, and taken back."""

from __future__ import annotations

import pytest

from tests.inbox.mails import inbox_of, mail, stored, take
from tests.store.test_journal import text_dump
from tools.desk_db import NotUndone
from tools.inbox import ActionItem, Inbox, InboxProblem

FIRST = mail(1, body="Bob, please return the keys by Friday.\nAlso water\nthe plants.\n")
SECOND = mail(2, subject="Invoice", body="Pay 40 euros until 3 April. Pay it soon, or 3/4 at the latest.\n")


@pytest.fixture
def inbox(tmp_path, db) -> Inbox:
    for number, data in enumerate((FIRST, SECOND), 1):
        (tmp_path / f"{number}.eml").write_bytes(data)
    take(db, tmp_path)
    return inbox_of(db)


@pytest.fixture
def numbers(db, inbox) -> list[int]:
    return [message.id for message in stored(db)]


def keys(number: int) -> ActionItem:
    return ActionItem(number, "Return the keys", "please return the keys by Friday", "Bob", "by Friday")


def test_items_come_back_latest_message_first(inbox, numbers):
    first, second = numbers
    items = [keys(first), ActionItem(second, "Pay", "Pay 40 euros"), ActionItem(second, "Hurry", "Pay it soon")]
    kept = inbox.add_items(items)
    assert [item.what for item in kept.items] == ["Return the keys", "Pay", "Hurry"]
    assert [item.what for item in inbox.items()] == ["Pay", "Hurry", "Return the keys"]
    assert inbox.items()[2] == kept.items[0]
    assert len(inbox.items(limit=1)) == 1


def test_a_due_day_is_that_of_the_message(inbox, numbers):
    first, second = numbers
    said = [
        keys(first),
        ActionItem(second, "Pay", "Pay 40 euros", due="3 April"),
        ActionItem(second, "Or else", "or 3/4 at the latest", due="3/4"),
        ActionItem(second, "Hurry", "Pay it soon", due="soon"),
    ]
    kept = inbox.add_items(said).items
    # The message is of Tuesday 3 March; it is read on the tenth.
    assert [item.due_on for item in kept] == ["2026-03-06", "2026-04-03", "", ""]
    assert [item.due for item in kept] == ["by Friday", "3 April", "3/4", "soon"]


def test_an_item_is_kept_once_and_stays_done(inbox, numbers):
    item = keys(numbers[0])
    number = inbox.add_items([item]).items[0].id
    assert inbox.set_status(number, "done").items[0].status == "done"
    again = inbox.add_items([item])
    assert (again.effect_id, again.items) == (None, ())
    assert [found.what for found in inbox.items("done")] == ["Return the keys"]
    assert inbox.items("open") == []
    assert inbox.set_status(number, "done").effect_id is None
    assert [found.status for found in [*inbox.set_status(number, "open").items, *inbox.items("open")]] == ["open"] * 2


def test_every_effect_is_taken_back_exactly(db, inbox, numbers):
    empty = text_dump(db.path)
    inbox.add_items([keys(numbers[0]), ActionItem(numbers[1], "Pay", "Pay 40 euros")])
    kept = text_dump(db.path)
    inbox.set_status(inbox.items()[0].id, "done")
    assert [effect.summary for effect in db.journal.history()] == ["Done: “Pay”", "Keep 2 action items"]
    db.journal.undo()
    assert text_dump(db.path) == kept
    db.journal.undo()
    assert text_dump(db.path) == empty


@pytest.mark.parametrize(
    "item",
    [
        ActionItem(1, "Return the keys", "give back the keys"),
        ActionItem(1, "Return the keys", ""),
        ActionItem(1, " ", "return the keys"),
        ActionItem(99, "Return the keys", "return the keys"),
    ],
)
def test_what_no_message_says_is_refused_and_nothing_of_it_is_kept(db, inbox, numbers, item):
    with pytest.raises(InboxProblem):
        inbox.add_items([keys(numbers[0]), item])
    assert inbox.items() == []
    assert db.journal.history() == []


def test_a_quote_may_go_over_lines_and_is_harmless(inbox, numbers):
    item = inbox.add_items([ActionItem(numbers[0], "Water\x1b[2J", "Also  water the\nplants.")]).items[0]
    assert (item.what, item.quote) == ("Water\ufffd[2J", "Also water the plants.")


def test_items_that_are_not_there_are_not_ticked(inbox):
    with pytest.raises(InboxProblem, match="no action item 99"):
        inbox.set_status(99, "done")


def test_an_item_of_a_message_that_is_gone_cannot_come_back(tmp_path, db, inbox, numbers):
    effect = inbox.add_items([keys(numbers[0]), ActionItem(numbers[1], "Pay", "Pay 40 euros")]).effect_id
    inbox.forget_source(tmp_path / "1.eml")
    assert [item.what for item in inbox.items()] == ["Pay"]
    db.journal.undo(effect)
    assert inbox.items() == []
    with pytest.raises(NotUndone):
        db.journal.undo(effect)
