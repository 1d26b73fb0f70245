"""What an e-mail says and what hangs on it: its texts and its attachments, whatever tree of parts they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import islice

from tools.extraction.encodings import decode
from tools.inbox.html_mail import html_text
from tools.inbox.mail_headers import decoded
from tools.inbox.records import Attachment
from tools.sanitise import sanitise

MOST_PARTS = 500
LONGEST_BODY = 2_000_000
"""Characters."""
_MOST_DAMAGED = 20
"""One letter in so many may be damaged before another encoding is looked for."""
LARGEST_FILE = 20 * 2**20
"""Bytes of an attachment in which a text is looked for."""


@dataclass(slots=True)
class Contents:
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    """What each attachment holds; empty where no text is to be looked for in it."""

    def body(self) -> str:
        return "\n\n".join(self.texts)[:LONGEST_BODY]


def contents(message: Message) -> Contents:
    """The texts in order (of the alternatives of one text the plain one) and the attachments with their sizes."""
    found = Contents()
    for part, is_read in islice(_leaves(message), MOST_PARTS):
        name = _file_name(part)
        # A multipart without parts is a text whose boundary is wrong.
        is_text = part.get_content_maintype() in ("text", "multipart")
        if part.get_content_disposition() == "attachment":
            is_text = False
        if name or not is_text:
            data = _payload(part)
            found.attachments.append(Attachment(name, part.get_content_type(), len(data)))
            found.files.append(data if _may_hold_text(part, data) and not (is_text and is_read) else b"")
        if is_text and is_read and (text := _text(part)):
            found.texts.append(text)
    return found


def _may_hold_text(part: Message, data: bytes) -> bool:
    return len(data) <= LARGEST_FILE and part.get_content_maintype() not in ("image", "audio", "video")


def _leaves(message: Message) -> Iterator[tuple[Message, bool]]:
    """The parts without parts of their own, in order, and whether their text is to be read."""
    pending = [(message, True)]
    while pending:
        part, is_read = pending.pop()
        children = part.get_payload()
        if not isinstance(children, list):
            yield part, is_read
            continue
        inner = [child for child in children if isinstance(child, Message)]
        chosen = _chosen(inner) if part.get_content_subtype() == "alternative" else inner
        # An alternative that is not read may still carry the attachments.
        pending.extend((child, is_read and child in chosen) for child in reversed(inner))


def _chosen(alternatives: list[Message]) -> list[Message]:
    for part in alternatives:
        if part.get_content_type() == "text/plain" and not part.is_multipart() and _payload(part).strip():
            return [part]
    return [part for part in alternatives if part.get_content_type() != "text/calendar"][-1:]


def _text(part: Message) -> str:
    text = _decoded(_payload(part), part.get_content_charset() or "utf-8")
    if part.get_content_type() == "text/html":
        text = html_text(text)
    return sanitise(text).strip("\n").rstrip()


def _decoded(data: bytes, charset: str) -> str:
    """The text in the encoding that the mail names, or, where it is none or plainly another, in the likeliest."""
    try:
        text = data.decode(charset, "replace")
    except (LookupError, ValueError):
        return decode(data)
    foreign = sum(character > "\x7f" for character in text)
    return text if text.count("\ufffd") * _MOST_DAMAGED <= foreign else decode(data)


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _file_name(part: Message) -> str:
    try:
        return decoded(str(part.get_filename() or ""))
    except (ValueError, LookupError, TypeError):
        return "unreadable name"
