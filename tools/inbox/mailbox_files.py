"""Mails in files: one alone (.eml, Maildir), or many behind each other (mbox, and so Thunderbird)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tools.inbox.files import OpenFile
from tools.inbox.mail import LARGEST_MAIL, read_mail
from tools.inbox.records import Failure, InboxProblem, ReadMessage

_LINE = 64 * 1024
_TIME = re.compile(rb"\d\d?:\d\d")
_YEAR = re.compile(rb"[12]\d\d\d\b")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_DELETED = re.compile(rb"^X-Mozilla-Status:[ \t]*([0-9A-Fa-f]{4})", re.MULTILINE)
_EXPUNGED = 0x0008
"""Thunderbird marks a deleted mail and takes it out of the file when it next compacts the folder."""


def read_single(file: OpenFile) -> Iterator[ReadMessage | Failure]:
    """The mail in a file of its own."""
    try:
        yield read_mail(file.content(LARGEST_MAIL), _single_place(file.path))
    except InboxProblem as problem:
        yield Failure.of(str(file.path), problem.message)


def read_mbox(file: OpenFile) -> Iterator[ReadMessage | Failure]:
    """The mails of an mbox file; one that is broken is named by its number."""
    versions: Counter[str] = Counter()
    for number, data in enumerate(mbox_messages(file), 1):
        try:
            if data is None:
                raise InboxProblem(f"is larger than {LARGEST_MAIL // 2**20} MiB.")
            if not data.strip() or _is_deleted(data):
                continue
            message = read_mail(_QUOTED_FROM.sub(rb"\1", data) if b"\n>" in data else data)
        except InboxProblem as problem:
            yield Failure.of(f"{file.path}, message {number}", problem.message)
            continue
        if message.message_id:
            versions[message.message_id] += 1
            place = f"{file.path}\n{message.message_id}\n{versions[message.message_id]}"
            message = replace(message, place=place)
        yield message


def mbox_messages(file: OpenFile) -> Iterator[bytes | None]:
    """The bytes of each mail, without its "From " line; None for one that is too large."""
    lines: list[bytes] = []
    size, after_blank, begun = 0, True, False
    while line := file.stream.readline(_LINE):
        if line.startswith(b"From ") and is_from_line(line, after_blank=after_blank):
            if begun:
                yield _joined(lines, size)
            lines, size, begun = [], 0, True
        else:
            begun = True
            size += len(line)
            if size <= LARGEST_MAIL:
                lines.append(line)
        after_blank = line in (b"\n", b"\r\n")
    if begun:
        yield _joined(lines, size)


def is_from_line(line: bytes, *, after_blank: bool) -> bool:
    """Whether a line that begins with "From " begins a mail: after a blank line it may lack its date or its sender."""
    rest = line[5:].strip()
    dated = _TIME.search(rest) is not None and _YEAR.search(rest) is not None
    sender = rest.split(b" ", 1)[0]
    return dated if not after_blank else dated or not rest or sender == b"-" or (b"@" in sender and b" " not in rest)


def _joined(lines: list[bytes], size: int) -> bytes | None:
    return b"".join(lines) if size <= LARGEST_MAIL else None


def _is_deleted(data: bytes) -> bool:
    mark = _DELETED.search(data[:4096])
    return mark is not None and bool(int(mark[1], 16) & _EXPUNGED)


def _single_place(path: Path) -> str:
    # In a Maildir the folder and what follows the colon change as the mail is read, answered and marked.
    if path.parent.name in ("cur", "new"):
        return f"{path.parent.parent}\n{path.name.split(':')[0].split('!')[0]}"
    return str(path)
