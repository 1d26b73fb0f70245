"""Events as rows of the desk database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from tools.calendar.attendee import kept_attendee
from tools.calendar.event import Event, Series, kept_event
from tools.calendar.moments import read, written
from tools.calendar.occurrences import bounds, key
from tools.desk_db import DeskDatabase

_COLUMNS = (
    'uid, recurrence_id, calendar, title, "start", "end", location, description, rrule, rdates, exdates, organizer,'
    " attendees, reminders, status, busy, sequence, modified, extra, first, last"
)
_EMPTY = {"[]": (), "null": None}
_PLACES = ", ".join("?" for _ in _COLUMNS.split(","))


class EventStore:
    """Series by UID. Writing wants an open effect of the journal, or nothing could be undone."""

    def __init__(self, db: DeskDatabase) -> None:
        self._db = db

    def get(self, uid: str) -> Series | None:
        return self.get_many([uid]).get(uid)

    def get_many(self, uids: Iterable[str]) -> dict[str, Series]:
        return self._series("uid IN (SELECT value FROM json_each(?))", json.dumps(list(uids)))

    def between(self, first: int, last: int) -> dict[str, Series]:
        """Every series that may happen between two instants, in seconds since the epoch."""
        return self._series(
            "uid IN (SELECT uid FROM calendar_events WHERE first < ? AND (last IS NULL OR last > ?))", last, first
        )

    def all(self, calendar: str | None = None) -> dict[str, Series]:
        """Every series, of one calendar or of all."""
        if calendar is None:
            return self._series("TRUE")
        return self._series("uid IN (SELECT uid FROM calendar_events WHERE calendar = ?)", calendar)

    def calendars(self) -> list[str]:
        return [row[0] for row in self._db.rows("SELECT DISTINCT calendar FROM calendar_events ORDER BY calendar")]

    def calendar_of(self, uid: str) -> str:
        rows = self._db.rows("SELECT calendar FROM calendar_events WHERE uid = ? LIMIT 1", (uid,))
        return rows[0][0] if rows else ""

    def put(self, series: Series, calendar: str) -> None:
        """Write a series in place of what has its UID; rows that stay the same are left alone."""
        with self._db.transaction():
            rows = {key(event.recurrence_id): _row(event, calendar) for event in series}
            stored = {
                row[1]: row
                for row in self._db.rows(f"SELECT {_COLUMNS} FROM calendar_events WHERE uid = ?", (series.uid,))  # noqa: S608
            }
            for gone in stored.keys() - rows.keys():
                self._db.write("DELETE FROM calendar_events WHERE uid = ? AND recurrence_id = ?", (series.uid, gone))
            for name, row in rows.items():
                if stored.get(name) != row:
                    self._write(row, exists=name in stored)

    def blank_cancelled(self) -> None:
        """Leave of cancelled events only what keeps an import from bringing them back. No undo knows of it."""
        self._db.write(
            "UPDATE calendar_events SET title = '', location = '', description = '', organizer = 'null',"
            " attendees = '[]', reminders = '[]', extra = '' WHERE status = 'cancelled'"
        )

    def _write(self, row: tuple[Any, ...], *, exists: bool) -> None:
        if exists:
            self._db.write(
                f"UPDATE calendar_events SET ({_COLUMNS}) = ({_PLACES}) WHERE uid = ? AND recurrence_id = ?",  # noqa: S608
                (*row, *row[:2]),
            )
        else:
            self._db.write(f"INSERT INTO calendar_events ({_COLUMNS}) VALUES ({_PLACES})", row)  # noqa: S608

    def _series(self, where: str, *parameters: Any) -> dict[str, Series]:
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM calendar_events WHERE {where} ORDER BY uid, recurrence_id",  # noqa: S608
            parameters,
        )
        return {uid: _joined([_event(row) for row in group]) for uid, group in groupby(rows, key=lambda row: row[0])}


def _joined(events: list[Event]) -> Series:
    first, *others = events
    return Series(first, tuple(others)) if first.recurrence_id is None else Series(None, tuple(events))


def _row(event: Event, calendar: str) -> tuple[Any, ...]:
    organizer = asdict(event.organizer) if event.organizer else None
    return (
        event.uid,
        key(event.recurrence_id),
        calendar,
        event.title,
        written(event.start),
        written(event.end),
        event.location,
        event.description,
        event.rrule,
        json.dumps([written(moment) for moment in event.rdates]),
        json.dumps([written(moment) for moment in event.exdates]),
        json.dumps(organizer, ensure_ascii=False),
        json.dumps([asdict(attendee) for attendee in event.attendees], ensure_ascii=False),
        json.dumps(event.reminders),
        event.status,
        int(event.busy),
        event.sequence,
        written(event.modified) if event.modified else "",
        event.extra,
        *bounds(event),
    )


def _event(row: tuple[Any, ...]) -> Event:
    (uid, recurrence_id, _, title, start, end, location, description, rrule, rdates, exdates, organizer) = row[:12]
    attendees, reminders, status, busy, sequence, modified, extra = row[12:19]
    changed = read(modified) if modified else None
    who = _from_json(organizer)
    return kept_event(
        uid,
        title,
        read(start),
        read(end),
        location,
        description,
        rrule,
        tuple(map(read, _from_json(rdates))),
        tuple(map(read, _from_json(exdates))),
        kept_attendee(**who) if who else None,
        tuple(kept_attendee(**one) for one in _from_json(attendees)),
        tuple(_from_json(reminders)),
        status,
        bool(busy),
        sequence,
        changed if isinstance(changed, datetime) else None,
        read(recurrence_id) if recurrence_id else None,
        extra,
    )


def _from_json(text: str) -> Any:
    # Most lists are empty, and asking the parser takes longer than all else about them.
    return _EMPTY[text] if text in _EMPTY else json.loads(text)
