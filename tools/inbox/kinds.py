"""Which of the files that lie in a folder hold messages, and who reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path

from tools.extraction.encodings import decode
from tools.inbox.chat_json import read_chat_json
from tools.inbox.chat_text import is_chat_text, read_chat_text
from tools.inbox.files import OpenFile
from tools.inbox.imessage import SQLITE_MARK, read_imessage
from tools.inbox.mailbox_files import is_from_line, read_mbox, read_single
from tools.inbox.records import Failure, ReadMessage

Found = Iterator[ReadMessage | Failure]
Reader = Callable[[OpenFile, tzinfo | None], Found]

_HEAD = 64 * 1024
_TEXTS = frozenset((".txt", ".md", ".text"))
_MAILS = frozenset((".eml", ".mht", ".mhtml"))
_MAILBOXES = frozenset((".mbox", ".mbx"))
_EXPORTS = frozenset((".json", ".jsonl"))
_EXPORT_NAMES = frozenset(("result.json", "main.jsonl", "data.json"))
_EXPORT_MARKS = (b'"messages"', b'"chatItem"', b'"recipient"', b'"conversationId"', b'"sender"')
_HEADER = re.compile(
    rb"^(from|to|date|subject|message-id|received|return-path|delivered-to|mime-version|content-type|reply-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_ANY_HEADER = re.compile(rb"[!-9;-~]{1,80}[ \t]*:")


def reader_of(file: OpenFile, *, named: bool) -> Reader | None:
    """Who reads the file; None when it holds no messages. One that the user has `named` is tried in any case."""
    head = file.head(_HEAD)
    suffix = file.path.suffix.lower()
    if head.startswith(SQLITE_MARK):
        return _imessage if named or file.path.name == "chat.db" else None
    if suffix in _MAILS or _is_in_maildir(file.path):
        return _single
    if suffix in _MAILBOXES or _is_mbox(head):
        return _mbox
    if suffix in _EXPORTS:
        return read_chat_json if named or file.path.name in _EXPORT_NAMES or _is_export(head) else None
    if suffix in _TEXTS and is_chat_text(decode(head[:4096])):
        return read_chat_text
    # Programs that keep each mail in a file give it a number or a long name without a meaning.
    plain_name = suffix in _TEXTS or suffix == "" or suffix[1:2].isdigit()
    return _single if named or (plain_name and _is_mail(head)) else None


def _is_in_maildir(path: Path) -> bool:
    """Thunderbird's Maildirs have no "new"."""
    box = path.parent.parent
    return path.parent.name in ("cur", "new") and (box / "cur").is_dir() and (box / "tmp").is_dir()


def _is_mbox(head: bytes) -> bool:
    first, _, rest = head.partition(b"\n")
    return first.startswith(b"From ") and is_from_line(first, after_blank=True) and _ANY_HEADER.match(rest) is not None


def _is_mail(head: bytes) -> bool:
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    names = {match[1].lower() for match in _HEADER.finditer(headers)}
    return _ANY_HEADER.match(headers) is not None and len(names) >= 2


def _is_export(head: bytes) -> bool:
    return any(mark in head for mark in _EXPORT_MARKS)


def _single(file: OpenFile, _zone: tzinfo | None) -> Found:
    return read_single(file)


def _mbox(file: OpenFile, _zone: tzinfo | None) -> Found:
    return read_mbox(file)


def _imessage(file: OpenFile, zone: tzinfo | None) -> Found:
    return read_imessage(file, zone)
