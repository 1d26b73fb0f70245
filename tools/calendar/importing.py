"""Import of .ics files and of folders of them (vdir: https://vdirsyncer.pimutils.org/en/stable/vdir.html).

An event is known by its UID wherever it lies, so a second import, or the same event in two files, makes no second one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.calendar.desk_calendar import Calendar
from tools.calendar.event import Event, Series
from tools.calendar.ics_lines import MAX_FILE_BYTES, property_name, split_file
from tools.calendar.ics_read import read_event
from tools.calendar.occurrences import key
from tools.calendar.problems import CalendarProblem
from tools.desk_db import DeskDatabase
from tools.extraction.file_bytes import read_file
from tools.extraction.sections import Refusal
from tools.folder_walk import WalkLimits, base_folder, walk
from tools.sanitise import sanitise

FILE_SECONDS = 60.0
"""What a file may take of this thread's own time, which a busy machine does not lengthen; 10,000 events take a few."""
TOTAL_SECONDS = 600.0
_MAX_REASONS = 20


@dataclass(frozen=True, slots=True)
class FailedSource:
    """A file, or a part of one, that was left out, and why."""

    source: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """How many events came, differed and stayed; `effect_id` undoes it all, and is None when nothing was written."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: list[FailedSource] = field(default_factory=list)
    effect_id: int | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "failed": [{"source": one.source, "reason": one.reason} for one in self.failed],
        }


@dataclass(slots=True)
class _Read:
    """All that was read: the series by UID, with the calendar that each belongs to."""

    series: dict[str, tuple[Series, str]] = field(default_factory=dict)
    failed: list[FailedSource] = field(default_factory=list)


def import_path(
    calendar: Calendar, db: DeskDatabase, path: Path, *, clock: Callable[[], float] = time.thread_time
) -> ImportReport:
    """Bring the events of a file or of a folder of files into the calendar, all in one effect.

    What is newer in the calendar (SEQUENCE, then LAST-MODIFIED) stays. Files that cannot be read are in the report.
    """
    read = _Read()
    deadline = clock() + TOTAL_SECONDS
    for source, name, data in _files(path, read.failed):
        if clock() > deadline:
            read.failed.append(FailedSource(source, "was left out with all that follows: the import took too long"))
            break
        _read_into(read, source, name, data, clock)
    return _write(calendar, db, read, path)


def _files(path: Path, failed: list[FailedSource]) -> Iterator[tuple[str, str, bytes]]:
    """Each .ics file with the name of its calendar: that of its folder in a folder of calendars, else its own."""
    try:
        entries = list(walk(path, WalkLimits(file_bytes=MAX_FILE_BYTES)))
    except OSError:
        failed.append(FailedSource(str(path), "is not there or cannot be opened"))
        return
    single, root = path.is_file(), base_folder(path)
    for entry in entries:
        if not single and not entry.path.lower().endswith((".ics", ".ical", ".ifb", ".icalendar")):
            continue
        if not entry.readable:
            failed.append(FailedSource(entry.path, entry.reason))
            continue
        try:
            data = read_file(root, entry.path, MAX_FILE_BYTES).data
        except Refusal as refusal:
            failed.append(FailedSource(entry.path, refusal.reason))
            continue
        folder = (root / entry.path).parent.name
        yield entry.path, Path(entry.path).stem if single else folder, data


def _read_into(read: _Read, source: str, name: str, data: bytes, clock: Callable[[], float]) -> None:
    reasons: list[str] = []
    try:
        file = split_file(data)
    except CalendarProblem as problem:
        read.failed.append(FailedSource(source, problem.message))
        return
    reasons.extend(file.problems)
    events: dict[tuple[str, str], Event] = {}
    deadline = clock() + FILE_SECONDS
    for lines in file.events:
        if clock() > deadline:
            reasons.append(f"the rest was left out: the file takes longer than {FILE_SECONDS:.0f} seconds")
            break
        try:
            events.update({(event.uid, key(event.recurrence_id)): event for event in read_event(lines, file.zones)})
        except CalendarProblem as problem:
            reasons.append(f"{_named(lines)} was left out: {problem.message}")
    if not file.events and not reasons:
        kinds = ", ".join(sorted(file.others - {"VTIMEZONE"})) or "nothing"
        reasons.append(f"holds no events ({kinds})")
    for series in _grouped(events):
        known = read.series.get(series.uid)
        if known is None or not _older(series, known[0]):
            read.series[series.uid] = (_merged(series, known[0] if known else None), file.name or sanitise(name))
    read.failed.extend(FailedSource(source, reason) for reason in list(dict.fromkeys(reasons))[:_MAX_REASONS])


def _named(lines: list[str]) -> str:
    title = next((line.partition(":")[2].strip() for line in lines if property_name(line) == "SUMMARY"), "")
    return f"“{title[:60]}”" if title else "an event without a title"


def _grouped(events: dict[tuple[str, str], Event]) -> Iterator[Series]:
    by_uid: dict[str, list[Event]] = {}
    for (uid, _), event in events.items():
        by_uid.setdefault(uid, []).append(event)
    for parts in by_uid.values():
        changed = sorted((event for event in parts if event.recurrence_id is not None), key=_by_recurrence_id)
        yield Series(next((event for event in parts if event.recurrence_id is None), None), tuple(changed))


def _by_recurrence_id(event: Event) -> str:
    return key(event.recurrence_id)


def _older(new: Series, old: Series) -> bool:
    """Whether `new` is an earlier version of what is known (RFC 5546, 2.1.5)."""
    one, other = next(iter(new)), next(iter(old))
    if (one.recurrence_id is None) != (other.recurrence_id is None):
        return False
    if one.sequence != other.sequence:
        return one.sequence < other.sequence
    return one.modified is not None and other.modified is not None and one.modified < other.modified


def _merged(new: Series, old: Series | None) -> Series:
    """`new`, or if it is only a changed occurrence of a series that is known, that series with it."""
    if old is None or old.event is None or new.event is not None:
        return new
    changed = {key(event.recurrence_id): event for event in (*old.changed, *new.changed)}
    return Series(old.event, tuple(changed[name] for name in sorted(changed)))


def _write(calendar: Calendar, db: DeskDatabase, read: _Read, path: Path) -> ImportReport:
    report = ImportReport(failed=read.failed)
    summary = f"Import {sanitise(path.absolute().name)}"
    with db.journal.effect("calendar_import", summary=summary) as effect_id:
        stored = calendar.store.get_many(read.series)
        for uid, (series, name) in read.series.items():
            known = stored.get(uid)
            merged = _merged(series, known)
            if known is not None and (_older(series, known) or merged.fingerprint() == known.fingerprint()):
                report.unchanged += 1
                continue
            calendar.store.put(merged, calendar.store.calendar_of(uid) or name)
            if known is None:
                report.added += 1
            else:
                report.changed += 1
    report.effect_id = effect_id if report.added or report.changed else None
    return report
