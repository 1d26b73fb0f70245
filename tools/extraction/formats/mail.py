"""E-mails (.eml, .mht): who wrote to whom, and what; attachments that are text are read too."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import suppress
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice

from tools.extraction.encodings import decode
from tools.extraction.formats.html import html_text
from tools.extraction.formats.plain import read as read_plain
from tools.extraction.places import at
from tools.extraction.sections import Reading, Section, Source

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_MOST_PARTS = 500


def read(source: Source) -> Reading:
    """A section for the headers and one for each text; a file without any such header is read as plain text."""
    # compat32 parses anything; the newer policy raises on many malformed headers as soon as they are read.
    message = email.message_from_bytes(source.data, policy=email.policy.compat32)
    if not any(message[name] for name in _HEADERS):
        return read_plain(source)
    reading = Reading(title=_header(message, "Subject"))
    reading.sections = _sections(message, reading)
    return reading


def _sections(message: Message, reading: Reading) -> Iterator[Section]:
    headers = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    yield Section("\n".join(headers), at("headers"), prose=False)
    unread: list[str] = []
    for part in islice(_leaves(message), _MOST_PARTS):
        name = _file_name(part)
        if part.get_content_maintype() == "text":
            yield Section(_part_text(part), at(f"attachment {name}" if name else "message"))
        elif part.get_content_type() not in _SIGNATURES and (name or part.get_content_disposition() == "attachment"):
            unread.append(name or "without a name")
    if unread:
        reading.notes.append(f"its attachments were not read: {', '.join(unread)}")


def _leaves(message: Message) -> Iterator[Message]:
    """The parts without parts of their own, in order; of the alternatives of one text the plain one, else the last."""
    pending = [message]
    while pending:
        part = pending.pop()
        children = part.get_payload()
        if not isinstance(children, list):
            yield part
            continue
        inner = [child for child in children if isinstance(child, Message)]
        if part.get_content_subtype() == "alternative":
            plain = [child for child in inner if child.get_content_type() == "text/plain"]
            inner = plain[:1] or inner[-1:]
        pending.extend(reversed(inner))


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError, ValueError):
        text = decode(data)
    return html_text(text) if part.get_content_subtype() == "html" else text


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name, "") or ""))


def _decoded(value: str) -> str:
    """A header's value without its encoded words (RFC 2047), on one line."""
    with suppress(ValueError, LookupError):  # a header that claims a wrong encoding is shown as it stands
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())


def _file_name(part: Message) -> str:
    try:
        return _decoded(str(part.get_filename() or ""))
    except (ValueError, LookupError, TypeError):
        return "with an unreadable name"
