"""One e-mail, from its bytes."""

from __future__ import annotations

import email
import email.policy
import re
from email.errors import MessageError
from email.message import Message

from tools.inbox.mail_headers import date_and_moment, decoded, message_ids, people, raw_headers, received_at
from tools.inbox.mail_parts import contents
from tools.inbox.records import InboxProblem, Person, ReadMessage
from tools.sanitise import sanitise

LARGEST_MAIL = 64 * 2**20
"""Bytes."""
MOST_LINES = 1_500_000
MOST_WORK = 20_000_000
"""Python's parser compares each line with each boundary that is open: lines times boundaries, a few seconds at most."""

_HEADERS = ("from", "sender", "to", "cc", "date", "subject", "message-id", "received", "reply-to", "content-type")
# An old way of writing headers (RFC 5322, 4.5) that Python's parser takes for the end of them.
_SPACED_NAME = re.compile(rb"^([A-Za-z-]{1,40})[ \t]{1,40}:", re.MULTILINE)
_LONGEST_HEAD = 256 * 1024
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)


def read_mail(data: bytes, place: str = "") -> ReadMessage:
    """The message in `data`. Raises `InboxProblem` when it is none or cannot be read in bounded time."""
    _check_size(data)
    try:
        # compat32 parses anything; the newer policy raises on many malformed headers as soon as they are read.
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        if not message.keys() and _SPACED_NAME.match(data):
            head, blank, body = data.partition(b"\r\n\r\n" if b"\r\n" in data[:_LONGEST_HEAD] else b"\n\n")
            data = _SPACED_NAME.sub(rb"\1:", head[:_LONGEST_HEAD]) + blank + body
            message = email.message_from_bytes(data, policy=email.policy.compat32)
        return _message(message, place)
    except RecursionError:
        raise InboxProblem("has parts inside parts too deep to be read.") from None
    except (ArithmeticError, AssertionError, AttributeError, LookupError, MessageError, TypeError, ValueError):
        raise InboxProblem("is damaged so that it cannot be read as an e-mail.") from None


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST_MAIL:
        raise InboxProblem(f"is larger than {LARGEST_MAIL // 2**20} MiB.")
    lines = data.count(b"\n") + data.count(b"\r")
    if lines > MOST_LINES or lines * len(_BOUNDARY.findall(data)) > MOST_WORK:
        raise InboxProblem("has more lines and parts than an e-mail that a person wrote.")


def _message(message: Message, place: str) -> ReadMessage:
    headers = raw_headers(message)
    if not any(name in headers for name in _HEADERS):
        raise InboxProblem("is not an e-mail: it has no sender, date or subject.")
    date, sent_at = date_and_moment(_first(headers, "date"))
    own = message_ids(headers.get("message-id", [])[:1])
    parts = contents(message)
    return ReadMessage(
        source="mail",
        date=date,
        sent_at=sent_at,
        sender=_sender(headers),
        subject=decoded(_first(headers, "subject")),
        body=parts.body(),
        recipients=people(value for name in ("to", "cc", "bcc") for value in headers.get(name, [])),
        attachments=tuple(parts.attachments),
        files=tuple(parts.files),
        message_id=own[0] if own else sanitise(" ".join(_first(headers, "message-id").split())[:500]),
        related_ids=tuple(message_ids([*headers.get("references", []), *headers.get("in-reply-to", [])])),
        place=place,
        received_at=received_at(headers.get("received", [])),
    )


def _sender(headers: dict[str, list[str]]) -> Person:
    """Who wrote it; of several authors all, as a list."""
    for name in ("from", "sender"):
        if authors := people(headers.get(name, [])):
            names = ", ".join(author.name for author in authors if author.name)
            return Person(names, ", ".join(author.address for author in authors if author.address))
    return Person("", "")


def _first(headers: dict[str, list[str]], name: str) -> str:
    """The first value of a header that has one."""
    return next((value for value in headers.get(name, []) if value.strip()), "")
