"""Mails and chats of other projects' tests: nothing of them is lost."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.inbox.mails import counts, stored, take
from tools.desk_db import DeskDatabase
from tools.inbox.mail import read_mail
from tools.inbox.records import InboxProblem
from tools.inbox.store import MessageStore
from tools.sanitise import sanitise
from tools.words import content_words, fold


@pytest.fixture(scope="module")
def messages(shared_data):
    return shared_data / "messages"


def flat(text: str) -> str:
    return " ".join(sanitise(text).split())


def of_python(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def python_text(message: EmailMessage) -> str:
    """The text that Python's parser finds, without the tags of HTML; "" where it raises."""
    try:
        part = message.get_body(("plain",))
        return str(part.get_content()) if part else ""
    except (LookupError, AttributeError, ValueError, KeyError):
        return ""


def python_html(message: EmailMessage) -> str:
    """The text between the tags of the HTML that Python's parser finds."""
    markup = str(message.get_content())
    return html.unescape(_TAG.sub(" ", _UNREAD.sub(" ", markup)))


_UNREAD = re.compile(r"<(style|script|title)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def test_no_mail_loses_what_pythons_parser_finds(messages):
    paths = [*messages.rglob("*.eml"), *(messages / "cpython-test_email").glob("msg_*.txt")]
    assert len(paths) > 100
    refused = []
    for path in paths:
        data = path.read_bytes()
        try:
            ours = read_mail(data)
        except InboxProblem:
            refused.append(path.name)
            continue
        theirs = of_python(data)
        assert _same(ours.subject, flat(str(theirs["subject"] or ""))), path
        if theirs["date"] is not None:
            moment = theirs["date"].datetime
            assert ours.date == (moment.isoformat() if moment else flat(str(theirs["date"]))), path
        if theirs["from"] is not None:
            written = [address.addr_spec.replace('"', "") for address in theirs["from"].addresses]
            assert all(address in ours.sender.address for address in written if address.isascii() and "@" in address), (
                path
            )
        if theirs.get_content_type() == "text/html":
            text = python_html(theirs)
            assert "\ufffd" in text or not _words_lost(text, ours.body), path
        else:
            words = set(content_words(python_text(theirs).replace("\ufffd", " ")))
            missing = words - set(content_words(ours.body))
            assert "\ufffd" in python_text(theirs) or "<html" in python_text(theirs) or not missing, (path, missing)
    assert refused == ["msg_19.txt"]  # a part of a mail, without any header


def _words_lost(text: str, body: str) -> set[str]:
    """Words of a text that are not in a body; tags may have parted them."""
    squeezed = "".join(fold(body).split())
    return {word for word in content_words(text) if word not in squeezed} - set(content_words(body))


def _same(ours: str, theirs: str) -> bool:
    """Where Python gives up on a character, ours may know it."""
    return ours == theirs or ("\ufffd" in theirs and len(ours) == len(theirs))


def test_the_whole_folder_comes_in_once(messages, db):
    first = take(db, messages)
    assert (first.changed, first.failed) == (0, [])
    assert first.added > 150
    assert counts(take(db, messages)) == (0, 0, first.added + first.unchanged, 0)
    assert MessageStore(db).count() == first.added


@pytest.mark.parametrize("program", ["whatsapp", "signal", "telegram", "instagram"])
def test_chats_equal_what_they_are_known_to_hold(messages, program, tmp_path):
    folder = messages / "chat-exports" / program
    target = json.loads((folder / "target.json").read_text())
    for export in sorted(folder.glob("test_*")):
        assert _chat(export, tmp_path / f"{export.stem}.db") == _sorted(target), export.name


def _chat(export: Path, path: Path) -> list[tuple[str, str, str]]:
    with DeskDatabase.open(path) as db:
        assert take(db, export).failed == []
        # The targets have every message on one line.
        return sorted((m.date_written[:19], m.sender.name, " ".join(m.body.split())) for m in stored(db))


def _sorted(target: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return sorted((row["timestamp"], row["author"], row["message"]) for row in target)
