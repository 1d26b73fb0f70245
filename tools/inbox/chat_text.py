"""Chats exported as text: WhatsApp's in any language, and those that tools make of Signal's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from tools.extraction.encodings import decode
from tools.inbox.chat import Chat, ChatLine, chat_messages, name_from
from tools.inbox.chat_dates import HEADER, Stamp, resolve, stamp_of
from tools.inbox.files import OpenFile
from tools.inbox.records import Attachment, Failure, InboxProblem, ReadMessage

LARGEST_EXPORT = 256 * 2**20
"""Bytes."""
_LONGEST_NAME = 200
_NAMES = re.compile(
    r"(?i)^(?:whatsapp chat with|whatsapp-chat mit|chat whatsapp con|discussion whatsapp avec|"
    r"conversa do whatsapp com|chat de whatsapp con|whatsapp chat)(?: -)? "
)
# "IMG-20200131-WA0001.jpg (file attached)" on Android, "<attached: 00000012-PHOTO.jpg>" on iOS, in any language.
_ATTACHED = re.compile(
    r"\u200e?(?P<android>(?:[A-Z]{3}-\d{8}-WA\d+|(?<=\u200e)[^<>:\n]{1,200})\.\w{2,5}) \([^()\n]+\)|"
    r"\u200e?<[^<>:\n]{1,40}: (?P<ios>[^<>:/\\\n]{1,200}\.\w{2,5})>"
)  # fmt: skip


def is_chat_text(head: str) -> bool:
    """Whether a text begins like an export: its first line, or the second after a title, has a date and a name."""
    lines = [line for line in head.splitlines()[:4] if line.strip()]
    return any((match := _header(line)) and ":" in line[match.end() :] for line in lines[:2])


def read_chat_text(file: OpenFile, zone: tzinfo | None) -> Iterator[ReadMessage | Failure]:
    """The messages of one chat. What the program itself notes between them has no sender and is left out."""
    try:
        text = decode(file.content(LARGEST_EXPORT))
        entries = _entries(text)
        dates = resolve([stamp for stamp, _ in entries])
    except InboxProblem as problem:
        yield Failure.of(str(file.path), problem.sentence())
        return
    chat = Chat(_source(text, file.path), _NAMES.sub("", name_from(file.path)))
    lines = (
        ChatLine(sender, date, body, attachments=_attachments(body))
        for date, (_, said) in zip(dates, entries, strict=True)
        for sender, body in _sender_and_body(said)
    )
    yield from chat_messages(chat, lines, zone)


def _entries(text: str) -> list[tuple[Stamp, str]]:
    """Each entry's stamp and what follows it, its further lines included."""
    entries: list[tuple[Stamp, list[str]]] = []
    style: tuple[bool, str, str] | None = None
    for line in re.split("\r\n|\r|\n", text):
        match = _header(line)
        if match:
            # A message may quote another chat's lines: those count only if they look like this file's own.
            found = (bool(match["bracket"]), match["mark"], match["end"].strip())
            style = style or found
            if found == style:
                entries.append((stamp_of(match), [line[match.end() :]]))
                continue
        if entries:
            entries[-1][1].append(line)
    return [(stamp, "\n".join(lines).rstrip()) for stamp, lines in entries]


def _header(line: str) -> re.Match[str] | None:
    match = HEADER.match(line[:100])
    return match if match and bool(match["bracket"]) == match["end"].startswith("]") else None


def _sender_and_body(said: str) -> Iterator[tuple[str, str]]:
    """The two parts of what a person said; nothing for what the program says, which has no name before a colon."""
    first, colon, body = said.partition(": ")
    if not colon and said.endswith(":"):
        first, colon = said[:-1], ":"  # an empty message, the space at its end lost
    sender = first.strip()
    # Quotation marks: the program's note that a chat is now called "Trip: Rome".
    if colon and sender and len(sender) <= _LONGEST_NAME and not set(sender) & set('\n"“”„«'):
        yield sender, body


def _attachments(body: str) -> tuple[Attachment, ...]:
    return tuple(Attachment(match["android"] or match["ios"], "", None) for match in _ATTACHED.finditer(body[:1000]))


def _source(text: str, path: Path) -> str:
    """Signal's exports have dates as ISO has them, in brackets."""
    named_whatsapp = "whatsapp" in str(path).lower()
    iso = re.match(r"\s*\[\d{4}-\d\d-\d\d,? \d\d:\d\d(?::\d\d)?\] ", text)
    return "signal" if iso and not named_whatsapp else "whatsapp"
