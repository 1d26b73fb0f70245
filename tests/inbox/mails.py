"""Mails and mailboxes that the tests of the inbox make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from pathlib import Path

from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.inbox.files import OpenFile
from tools.inbox.importing import import_path
from tools.inbox.inbox import Inbox
from tools.inbox.records import ImportReport, Message
from tools.inbox.store import MessageStore

FROM_LINE = b"From ana@example.org Tue Mar  3 10:00:00 2026\n"


def mail(
    number: int = 1,
    *,
    sender: str = "Ana López <ana@example.org>",
    subject: str = "",
    body: str = "Hello Bob,\n\nthe keys are here.\n",
    headers: str = "",
) -> bytes:
    """A plain mail of the third of March 2026, `number` minutes past ten."""
    return (
        f"From: {sender}\nTo: Bob <bob@example.org>\nSubject: {subject or f'Mail {number}'}\n"
        f"Date: Tue, 3 Mar 2026 10:{number:02}:00 +0100\nMessage-ID: <m{number}@example.org>\n{headers}\n{body}"
    ).encode()


def mbox(mails: Iterable[bytes]) -> bytes:
    return b"\n".join(FROM_LINE + each.replace(b"\nFrom ", b"\n>From ") for each in mails)


def in_memory(data: bytes, name: str = "file") -> OpenFile:
    """A file as readers take it."""
    return OpenFile(Path(name), BytesIO(data), len(data), 0)


def take(db: DeskDatabase, *paths: Path) -> ImportReport:
    """Import paths one after the other."""
    report = ImportReport()
    for path in paths:
        import_path(db, path, zone=UTC, report=report)
    return report


def inbox_of(db: DeskDatabase, zone: tzinfo = UTC) -> Inbox:
    """The inbox as it is seen on the tenth of March 2026, a Tuesday, at noon."""
    return Inbox(db, Dates(lambda: datetime(2026, 3, 10, 12, tzinfo=zone), ("en", "de")))


def counts(result: ImportReport) -> tuple[int, int, int, int]:
    return result.added, result.changed, result.unchanged, len(result.failed)


def stored(db: DeskDatabase) -> list[Message]:
    return MessageStore(db).select("ORDER BY sent_at, id")


@dataclass(frozen=True)
class Seen:
    """A message without the numbers that depend on the order of imports."""

    sender: str
    date: str
    subject: str
    body: str


def contents(db: DeskDatabase) -> set[Seen]:
    return {Seen(": ".join(m.sender), m.date_written, m.subject, m.body) for m in stored(db)}


@contextmanager
def desk(path: Path) -> Iterator[DeskDatabase]:
    with DeskDatabase.open(path / "desk.db") as db:
        yield db
