"""Which message a person means, in the words of eight languages."""

from __future__ import annotations

import pytest

from tests.inbox.mails import inbox_of, mail, take
from tools.desk_db import DeskDatabase

ANA = "Ana López <ana@example.org>"
BEN = "Ben Weber <ben@example.org>"
OTHER_ANA = "Ana Ruiz <ruiz@example.com>"
MAILS = [
    mail(1, sender=BEN, subject="The deposit", body="It comes back within thirty days."),
    mail(2, sender=BEN, subject="Budget review", body="Numbers attached."),
    mail(3, sender=ANA, subject="Re: The deposit", body="Thanks.", headers="In-Reply-To: <m1@example.org>\n"),
    mail(4, sender=ANA, subject="Invitation", body="Come to the garden party."),
    mail(5, sender=OTHER_ANA, subject="Budget", body="It is spent."),
    mail(6, sender="田中 <tanaka@example.jp>", subject="来週の会議", body="予算を決定します。"),
    mail(7, sender="สมชาย <som@example.th>", subject="การประชุม", body="งบประมาณ"),
    mail(8, sender="अमित <amit@example.in>", subject="बजट की बैठक", body="अगले सप्ताह"),
    mail(9, sender="Carla Verdi <carla@example.it>", subject="Fattura", body="Scade venerdì."),
    mail(10, sender="Carla Verdi <carla@example.it>", subject="Riunione", body="Alle dieci.").replace(
        b"3 Mar 2026", b"9 Mar 2026"
    ),
]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mails")
    for number, data in enumerate(MAILS, 1):
        (folder / f"{number}.eml").write_bytes(data)
    with DeskDatabase.open(tmp_path_factory.mktemp("desk") / "desk.db") as db:
        assert take(db, folder).added == len(MAILS)
        yield inbox_of(db)


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("Ben's mail about the deposit", "The deposit"),
        ("the message from Ben about the budget", "Budget review"),
        ("Ana's invitation", "Invitation"),
        ("the last mail from Ben", "Budget review"),
        ("Ben's email", "Budget review"),
        ("die Mail von Ben wegen deposit", "The deposit"),
        ("die letzte Nachricht von Carla", "Riunione"),
        ("l'ultimo messaggio di Carla", "Riunione"),
        ("le courriel de Carla", "Riunione"),
        ("Carla", "Riunione"),
        ("el correo de Carla sobre la fattura", "Fattura"),
        ("a mensagem da Carla de ontem", "Riunione"),
        ("Carla's message from yesterday", "Riunione"),
        ("अमित का संदेश", "बजट की बैठक"),
        ("อีเมลของ สมชาย", "การประชุม"),
        ("田中", "来週の会議"),
        ("the garden party", "Invitation"),
        ("the last message", "Riunione"),
        ("López", "Invitation"),
        ("the invitaton from Ana", "Invitation"),
    ],
)
def test_the_message_that_is_meant_is_found(inbox, words, subject):
    found = inbox.find(words)
    assert found.clear is not None, [match.message.subject for match in found.matches]
    assert found.clear.subject == subject
    assert found.ambiguous == ()


@pytest.mark.parametrize(
    ("words", "senders"), [("Ana", {"Ana López", "Ana Ruiz"}), ("the budget mail", {"Ben Weber", "Ana Ruiz"})]
)
def test_between_several_one_is_asked(inbox, words, senders):
    found = inbox.find(words)
    assert found.clear is None
    assert {message.sender.name for message in found.ambiguous} == senders


@pytest.mark.parametrize("words", ["the mail about zeppelins", "Zoë", "Ben's mail from yesterday", "99", ""])
def test_what_is_not_there_is_not_found(inbox, words):
    found = inbox.find(words)
    if words:
        assert found.clear is None
        assert found.ambiguous == ()
    else:
        assert found.clear is None


def test_a_number_is_a_message(inbox):
    first = inbox.recent(1)[0]
    for words in (str(first.id), f"#{first.id}"):
        assert inbox.find(words).clear == first
