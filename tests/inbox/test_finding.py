"""Finding messages: the latest, those of a sender, those with words in any script, and no query that is an error."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inbox.mails import inbox_of, mail, take
from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.errors import ToolProblem
from tools.inbox import Inbox
from tools.inbox.query import parse
from tools.inbox.records import InboxProblem

WITH_FILE = (
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe lease is attached.\n--b\n"
    "Content-Type: application/pdf\nContent-Disposition: attachment; filename=lease.pdf\n\n%PDF\n--b--\n"
)
MAILS = [
    mail(1, body="The deposit comes back within thirty days."),
    mail(2, sender="Bob Smith <bob@example.org>", subject="Deposit", body="When?"),
    mail(3, sender="Ana Ruiz <ruiz@example.com>", headers=WITH_FILE, body=""),
    mail(4, sender="田中 <tanaka@example.jp>", subject="来週の会議", body="予算を決定します。"),
    mail(5, sender="สมชาย <som@example.th>", body="การประชุมงบประมาณจะจัดขึ้นในวันพุธหน้า"),
    mail(6, sender="अमित <amit@example.in>", body="अगले सप्ताह बजट की बैठक होगी।"),
    b"From: undated@example.org\nSubject: No date\n\nNobody knows when.\n",
]


DATES = Dates(lambda: datetime(2026, 3, 10, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mails")
    for number, data in enumerate(MAILS):
        (folder / f"{number}.eml").write_bytes(data)
    with DeskDatabase.open(tmp_path_factory.mktemp("desk") / "desk.db") as db:
        assert take(db, folder).added == len(MAILS)
        yield inbox_of(db)


def found(inbox: Inbox, query: str, **conditions) -> list[str]:
    return [hit.message.subject for hit in inbox.search(query, **conditions)]


def test_the_latest_come_first(inbox):
    assert [message.subject for message in inbox.recent(2)] == ["Mail 6", "Mail 5"]
    assert [message.subject for message in inbox.recent(2, skip=2)] == ["来週の会議", "Mail 3"]
    assert [message.subject for message in inbox.recent(99)][-1] == "No date"
    assert inbox.recent(1)[0].date == datetime(2026, 3, 3, 9, 6, tzinfo=UTC)
    assert inbox.recent(99)[-1].date is None


@pytest.mark.parametrize(
    ("sender", "subjects"),
    [
        ("Ana", ["Mail 3", "Mail 1"]),
        ("ana lopez", ["Mail 1"]),
        ("ANA@example.org", ["Mail 1"]),
        ("example.com", ["Mail 3"]),
        ("Smi", ["Deposit"]),
        ("田中", ["来週の会議"]),
        ("nobody", []),
        ("***", []),
        (" ", ["Mail 6", "Mail 5", "来週の会議", "Mail 3", "Deposit", "Mail 1", "No date"]),
    ],
)
def test_the_latest_of_a_sender(inbox, sender, subjects):
    assert [message.subject for message in inbox.recent(10, sender)] == subjects


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("deposit", ["Deposit", "Mail 1"]),
        ("deposits thirty", ["Mail 1", "Deposit"]),
        ('"thirty days"', ["Mail 1"]),
        ("lease.pdf", ["Mail 3"]),
        ("会議", ["来週の会議"]),
        ("งบประมาณ", ["Mail 5"]),
        ("बैठक", ["Mail 6"]),
        ("from:ana", ["Mail 3", "Mail 1"]),
        ("from:ana deposit", ["Mail 1"]),
        ('from:"Ana Ruiz"', ["Mail 3"]),
        ("deposit FROM:bob", ["Deposit"]),
        ("has:attachment", ["Mail 3"]),
        ("has:attachment deposit", []),
        ("before:2026-03-03", []),
        ("after:2026-03-03 from:example.org", ["Deposit", "Mail 1"]),
        ("after:2026-03-04", []),
        ("", ["Mail 6", "Mail 5", "来週の会議", "Mail 3", "Deposit", "Mail 1", "No date"]),
        ("nothingofthekind", []),
        ("!!! ???", []),
        ("at 10:05 from: here", None),
    ],
)
def test_words_and_conditions(inbox, query, subjects):
    if subjects is None:
        with pytest.raises(InboxProblem, match="needs a value"):
            inbox.search(query)
    else:
        assert found(inbox, query) == subjects


def test_conditions_beside_the_text_count_as_those_in_it(inbox):
    assert found(inbox, "deposit", sender="Bob") == ["Deposit"]
    assert found(inbox, "from:ana", sender="Ruiz") == ["Mail 3"]
    assert found(inbox, "deposit", before=date(2026, 3, 3)) == []
    assert found(inbox, "deposit", after=datetime(2026, 3, 3, 9, 2, tzinfo=UTC)) == ["Deposit"]
    assert found(inbox, "deposit before:2026-01-01", before=date(2027, 1, 1)) == []
    assert found(inbox, "", limit=1) == ["Mail 6"]


def test_days_begin_in_the_users_zone(inbox):
    ahead = inbox_of(inbox.store._db, timezone(timedelta(hours=14)))
    assert found(ahead, "deposit after:2026-03-03") == ["Deposit", "Mail 1"]
    behind = inbox_of(inbox.store._db, timezone(timedelta(hours=-12)))
    assert found(behind, "deposit before:2026-03-03") == ["Deposit", "Mail 1"]


def test_times_are_heard_as_people_say_them(inbox):
    assert found(inbox, "deposit", after="last week") == ["Deposit", "Mail 1"]
    assert found(inbox, "deposit", after="yesterday") == []
    assert found(inbox, "deposit", before="Montag") == ["Deposit", "Mail 1"]
    assert found(inbox, 'deposit after:"last week" before:yesterday') == ["Deposit", "Mail 1"]
    assert found(inbox, "deposit after:Mittwoch") == []


def test_a_snippet_is_the_sentence_with_the_words(inbox):
    hit = inbox.search("thirty")[0]
    assert hit.snippet == "The deposit comes back within thirty days."
    assert hit.score > 0
    assert inbox.search("has:attachment")[0].snippet == "The lease is attached."


@pytest.mark.parametrize(
    "query", ["after:sometime", "before:3/4/26", "has:photo", "from:", 'from:""', "after:9999-99-99"]
)
def test_a_condition_that_is_not_understood_is_refused(inbox, query):
    with pytest.raises(ToolProblem) as caught:
        inbox.search(query)
    assert caught.value.hint


def test_an_address_is_no_condition():
    assert parse("https://x.org/from:ana wherefrom:ana", DATES).senders == ()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(st.sampled_from(['"', "*", "NEAR(", "from:", "a", "-", "^", ":", "AND", "OR", "(", ")", "会"])).map(
            " ".join
        ),
    )
)
def test_no_text_is_an_error(inbox, text):
    try:
        inbox.search(text)
        inbox.recent(1, text)
    except ToolProblem as problem:
        assert problem.hint
