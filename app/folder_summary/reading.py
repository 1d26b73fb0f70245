"""Read a folder into the desk database: what is new or changed, through the extractor, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.folder_summary.report import FileReport
from app.folder_summary.sources import Source
from app.right_of_way import give_way, giving_way
from tools.desk_db import DeskDatabase, FileRecord, Overview
from tools.extraction.client import Extraction, Extractor
from tools.folder_walk import Entry, WalkLimits, walk

BATCH_SECONDS = 0.25
"""How long rows gather before they are committed and shown together: a commit waits for the disk."""


@dataclass(slots=True)
class FoundFile:
    """A file of the folder and where its text is: `content_hash` is empty when there is none.

    A later stage gives it another report and never changes one: the screen shows those that it was sent.
    """

    source: Source
    path: str
    report: FileReport
    content_hash: str


@dataclass(slots=True)
class ReadBatch:
    """Files that reached a state since the batch before; `done` of `total` in all, `total` 0 while listing."""

    files: list[FoundFile] = field(default_factory=list)
    done: int = 0
    total: int = 0


def read_sources(
    database: DeskDatabase,
    extractor: Extractor,
    sources: Sequence[Source],
    *,
    fresh: bool,
    levels: int | None = None,
) -> Iterator[ReadBatch]:
    """List and read every file of the sources; each file is in exactly one batch, in the order of the listing.

    A file whose size and time of change are those of an earlier run is not opened again, unless `fresh`. With `levels`
    no more levels of subfolders are looked into; what is known of deeper ones stays known.
    """
    limits = WalkLimits() if levels is None else WalkLimits(depth=min(levels, WalkLimits().depth))
    listed: list[tuple[Source, list[Entry]]] = []
    for source in sources:
        entries: list[Entry] = []
        for entry in walk(source.root, limits):
            entries.append(entry)
            if len(entries) % 50 == 0:
                give_way()
            if len(entries) % 1000 == 0:
                yield ReadBatch(done=len(entries))
        listed.append((source, entries))
    total = sum(len(entries) for _, entries in listed)
    done = 0
    for source, entries in listed:
        _forget_missing(database, source, entries, levels)
        for files in _read_source(database, extractor, source, entries, fresh=fresh):
            done += len(files)
            yield ReadBatch(files, done, total)


def _read_source(
    database: DeskDatabase, extractor: Extractor, source: Source, entries: list[Entry], *, fresh: bool
) -> Iterator[list[FoundFile]]:
    known = {} if fresh else _unchanged(database, source, entries)
    settled = [known.get(entry.path) or _skipped(entry) for entry in entries if entry.reason or entry.path in known]
    if settled:
        yield _found(source, settled, database.documents.overviews(record.content_hash for record in settled))
    paths = [entry.path for entry in entries if not entry.reason and entry.path not in known]
    for extractions in _extract(extractor, source, paths):
        yield _store(database, source, extractions, fresh=fresh)


def _extract(extractor: Extractor, source: Source, paths: Sequence[str]) -> Iterator[list[Extraction]]:
    waiting: list[Extraction] = []
    committed = time.monotonic()
    for extraction in giving_way(extractor.extract_many(source.root, paths)):
        waiting.append(extraction)
        if time.monotonic() - committed > BATCH_SECONDS:
            yield waiting
            waiting, committed = [], time.monotonic()
    if waiting:
        yield waiting


def _store(
    database: DeskDatabase, source: Source, extractions: Sequence[Extraction], *, fresh: bool
) -> list[FoundFile]:
    records = [
        FileRecord(
            path=extraction.path,
            size=extraction.size,
            mtime_ns=extraction.mtime_ns,
            status=extraction.status,
            reason=extraction.reason,
            content_hash=extraction.content_hash,
        )
        for extraction in extractions
    ]
    documents = [extraction.document for extraction in extractions if extraction.document is not None]
    # A file that was only touched, or copied, has its passages already.
    stored = set() if fresh else database.documents.stored(document.content_hash for document in documents)
    new = [document for document in documents if document.content_hash not in stored]
    with database.transaction():
        database.documents.save_many(giving_way(new))
        database.files.record_many(str(source.root), giving_way(records))
    return _found(source, records, {document.content_hash: Overview.of(document) for document in documents})


def _unchanged(database: DeskDatabase, source: Source, entries: Sequence[Entry]) -> dict[str, FileRecord]:
    """The files that need not be read again; those that another folder's reading knows become known of this one."""
    here = database.files.known(str(source.root))
    is_new = any(not entry.reason and entry.path not in here for entry in entries)
    known = {**database.files.known_elsewhere(str(source.root)), **here} if is_new else here
    same = {
        entry.path: record
        for entry in entries
        if not entry.reason
        and (record := known.get(entry.path)) is not None
        and record.content_hash
        and (record.size, record.mtime_ns) == (entry.size, entry.mtime_ns)
    }
    stored = database.documents.stored(record.content_hash for record in same.values())
    kept = {path: record for path, record in same.items() if record.content_hash in stored or not _was_read(record)}
    database.files.record_many(str(source.root), [record for path, record in kept.items() if path not in here])
    return kept


def _forget_missing(database: DeskDatabase, source: Source, entries: Sequence[Entry], levels: int | None) -> None:
    """Nothing that is gone, or is not to be read any more, is found or quoted again."""
    listed = {entry.path for entry in entries if not entry.reason}
    looked_at = (path for path in database.files.known(str(source.root)) if levels is None or path.count("/") <= levels)
    database.files.remove_many(str(source.root), [path for path in looked_at if path not in listed])


def _skipped(entry: Entry) -> FileRecord:
    return FileRecord(entry.path, entry.size, entry.mtime_ns, "skipped", entry.reason)


def _was_read(record: FileRecord) -> bool:
    return record.status in {"done", "partial"}


def _found(source: Source, records: Iterable[FileRecord], overviews: Mapping[str, Overview]) -> list[FoundFile]:
    return [_found_file(source, record, overviews.get(record.content_hash)) for record in records]


def _found_file(source: Source, record: FileRecord, overview: Overview | None) -> FoundFile:
    read = overview if _was_read(record) else None
    report = FileReport(
        path=source.shown(record.path),
        status=record.status,
        reason=record.reason,
        title=read.title if read else "",
        passages=read.passages if read else 0,
    )
    return FoundFile(source, record.path, report, record.content_hash if read else "")
