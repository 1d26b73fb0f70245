"""Bringing messages into the inbox: what is new is added, what has changed is changed, and nothing is there twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from tools.desk_db import DeskDatabase
from tools.inbox import sources
from tools.inbox.chat_json import NotAnExport
from tools.inbox.files import OpenFile, files_under, open_file
from tools.inbox.imessage import has_unread_log
from tools.inbox.kinds import reader_of
from tools.inbox.records import Failure, ImportReport, InboxProblem, Outcome, ReadMessage
from tools.inbox.store import MessageStore
from tools.reading import WithheldFile, point_at
from tools.sanitise import sanitise

READER_VERSION = 2
"""Changes when the same file is read differently: files that have not changed are then read again."""
_BATCH = 500
_BATCH_BYTES = 32 * 2**20
_SETTLED_SECONDS = 2.0
"""A file that was just written may change again within the same tick of its clock."""
LONGEST_TEXT = 200_000
"""Characters of an attachment's text that are kept."""
_AHEAD_SECONDS = 24 * 3600.0
"""How far the clock of a sender may be ahead, or its zone be written wrongly."""

type Progress = Callable[[ImportReport], None]
type TextOf = Callable[[str, bytes], str]
"""The text in an attachment, by its name and what it holds; "" when there is none."""


def import_path(  # noqa: PLR0913 - one for each thing that is known of an import
    db: DeskDatabase,
    path: Path,
    *,
    zone: tzinfo | None = None,
    now: datetime | None = None,
    text_of: TextOf | None = None,
    progress: Progress | None = None,
    report: ImportReport | None = None,
) -> ImportReport:
    """Import the messages of a file or a folder: mailboxes, exports of chats, profiles of Thunderbird.

    Dates that name no zone are in `zone`, or else in that of this machine. A date of the future, as seen from `now` and
    from this machine's clock, gives way to when the message was received, or counts as not known. The texts of
    attachments are kept if `text_of` finds them. `progress` is told what was stored so far, which stays when it raises.
    `report` is one to add to, of earlier paths or to know what was stored when this raises. Nothing that a file holds
    raises: it is named in `failed`. Raises Withheld for a path that is not read.
    """
    path = Path(os.path.realpath(path))
    point_at(path)
    latest = max(time.time(), now.timestamp() if now is not None else 0.0) + _AHEAD_SECONDS
    importer = _Importer(db, _Times(zone, latest), text_of, progress, ImportReport() if report is None else report)
    importer.take(path)
    importer.flush()
    return importer.report


@dataclass(frozen=True, slots=True)
class _Times:
    """How the dates of messages are taken."""

    zone: tzinfo | None
    latest: float
    """In seconds since the epoch; what is dated later was not sent then."""

    def dated(self, message: ReadMessage) -> ReadMessage:
        """The message, ordered by when it was received where it cannot have been sent when it says."""
        if message.sent_at is None or message.sent_at <= self.latest:
            return message
        received = message.received_at
        return replace(message, sent_at=received if received is not None and received <= self.latest else None)


class _Importer:
    def __init__(
        self,
        db: DeskDatabase,
        times: _Times,
        text_of: TextOf | None,
        progress: Progress | None,
        report: ImportReport,
    ) -> None:
        self.report = report
        self._db = db
        self._store = MessageStore(db)
        self._times = times
        self._text_of = text_of
        self._progress = progress
        self._waiting: list[tuple[ReadMessage, str]] = []
        self._waiting_bytes = 0
        self._finished: list[tuple[OpenFile, int]] = []
        self._seen: set[int] = set()

    def take(self, path: Path) -> None:
        """Import a file, or all that a folder holds."""
        if not path.is_dir():
            self._take_file(path, named=True)
            return
        held = [self._take_file(inner, named=False) for inner in files_under(path)]
        if not any(held):
            self._fail(path, "holds no messages of a kind that llama-desk reads.")

    def flush(self) -> None:
        """Store what was read, and that the files it is from need not be read again."""
        texts = [self._texts(message) for message, _ in self._waiting]
        numbers: dict[str, int] = {}
        outcomes: list[Outcome] = []
        with self._db.transaction():
            for (message, path), found in zip(self._waiting, texts, strict=True):
                if path not in numbers:
                    numbers[path] = sources.file_number(self._db, path)
                outcomes.append(self._store.save(message, found, numbers[path], self._seen))
            for file, messages in self._finished:
                path = str(file.path)
                sources.remember(self._db, sources.file_number(self._db, path), _state(file), messages)
        for outcome in outcomes:
            self.report.count(outcome)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._finished.clear()
        if self._progress:
            self._progress(self.report)

    def _take_file(self, path: Path, *, named: bool) -> bool:
        """Import a file; whether it is one of messages, be they broken."""
        try:
            file = open_file(path)
        except InboxProblem as problem:
            if isinstance(problem.__cause__, WithheldFile) and not named:
                return False  # a profile of Thunderbird has passwords beside its mails
            self._fail(path, problem.message)
            return True
        with file.stream:
            known = sources.known_messages(self._db, str(path), _state(file))
            if known is not None and not (path.suffix == ".db" and has_unread_log(path)):
                self.report.unchanged += known
                return True
            try:
                reader = reader_of(file, named=named)
                if reader is None:
                    return False
                self._read(file, reader(file, self._times.zone))
            except NotAnExport as problem:
                if not named:
                    return False
                self._fail(path, problem.sentence())
            except InboxProblem as problem:
                self._fail(path, problem.sentence())
            except OSError as error:
                self._fail(path, f"cannot be read: {(error.strerror or 'the system refused it').lower()}.")
        return True

    def _read(self, file: OpenFile, found: Iterator[ReadMessage | Failure]) -> None:
        messages, failures = 0, len(self.report.failed)
        origin = str(file.path)
        for item in found:
            if isinstance(item, Failure):
                self.report.failed.append(item)
                continue
            messages += 1
            self._waiting.append((self._times.dated(item), origin))
            self._waiting_bytes += sum(map(len, item.files))
            if len(self._waiting) >= _BATCH or self._waiting_bytes >= _BATCH_BYTES:
                self.flush()
        settled = time.time() - file.mtime_ns / 1e9 > _SETTLED_SECONDS
        if settled and len(self.report.failed) == failures:
            self._finished.append((file, messages))

    def _texts(self, message: ReadMessage) -> list[str]:
        """The texts of the attachments of a message that is new."""
        if self._text_of is None or not any(message.files) or self._store.is_known(message):
            return []
        return [
            sanitise(self._text_of(attachment.name, data))[:LONGEST_TEXT] if data else ""
            for attachment, data in zip(message.attachments, message.files, strict=True)
        ]

    def _fail(self, path: Path, reason: str) -> None:
        self.report.failed.append(Failure.of(str(path), reason))


def _state(file: OpenFile) -> sources.FileState:
    return sources.FileState(file.size, file.mtime_ns, READER_VERSION)
