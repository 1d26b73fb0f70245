"""The user's calendar: what stands in it, and what the tools may do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from tools.calendar import series_changes
from tools.calendar.attendee import Attendee, with_people
from tools.calendar.event import Event, Series
from tools.calendar.free_time import WorkingHours, free_slots
from tools.calendar.matching import Candidate, Found, best_matches
from tools.calendar.moments import Moment, ending, length
from tools.calendar.occurrences import Occurrence, Window, expand, happens, next_occurrence, occurrence
from tools.calendar.problems import CalendarProblem
from tools.calendar.store import EventStore
from tools.desk_db import DeskDatabase
from tools.sanitise import sanitise

OWN_CALENDAR = "llama-desk"
"""The calendar of the events that were made here."""

_LOOKED_AHEAD = timedelta(days=400)
_CONFLICTS_AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands in a window, in order; `cut` names events that happen more often than is listed."""

    occurrences: tuple[Occurrence, ...]
    cut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What an effect made of an event; `conflicts` are the occurrences of others at the same time."""

    effect_id: int
    event: Event
    conflicts: tuple[Occurrence, ...] = ()


class Calendar:
    """Reads and writes the events of a desk database.

    `zone` is the user's: whole days and times without a zone happen in it. `now` gives the moment, aware. Each write is
    one effect in the journal. Everything that cannot be done raises `CalendarProblem`.
    """

    def __init__(self, db: DeskDatabase, zone: tzinfo, now: Callable[[], datetime]) -> None:
        self._db = db
        self._now = now
        self.zone = zone
        self.store = EventStore(db)

    def create(self, event: Event, *, calendar: str = OWN_CALENDAR) -> Written:
        """Put a new event into the calendar; what it collides with is said, not prevented."""
        if self.store.get(event.uid) is not None:
            raise CalendarProblem(f"“{event.title}” is in the calendar already.")
        return self._write("calendar_create", f"Create “{event.title}”", Series(event), event, calendar=calendar)

    def list_events(self, window: Window) -> Listing:
        """Every occurrence that touches the window."""
        occurrences: list[Occurrence] = []
        cut = []
        first, last = int(window.start.timestamp()), int(window.end.timestamp())
        for series in self.store.between(first, last + 1).values():
            expansion = expand(series, window, self.zone)
            occurrences.extend(expansion.occurrences)
            if expansion.cut:
                cut.append(next(iter(series)).title)
        occurrences.sort(key=lambda one: (one.begins, one.ends, one.event.title, one.event.uid))
        return Listing(tuple(occurrences), tuple(cut))

    def find_free(self, window: Window, duration: timedelta, hours: WorkingHours | None = None) -> list[Window]:
        """The times within working hours that are free for at least `duration`, from now on."""
        now = self._now()
        if now > window.start:
            window = Window(min(now, window.end), window.end)
        return free_slots(self.list_events(window).occurrences, window, duration, hours or WorkingHours(), self.zone)

    def conflicts(self, event: Event) -> tuple[Occurrence, ...]:
        """What else occupies the time of an event; of a series, of its first 90 days."""
        if not event.busy or event.status == "cancelled":
            return ()
        first = occurrence(event, event.start, self.zone)
        end = first.begins + _CONFLICTS_AHEAD if event.recurring else first.ends
        window = Window(first.begins, max(end, first.ends, first.begins + timedelta(seconds=1)))
        own = expand(Series(event), window, self.zone).occurrences
        others = (one for one in self.list_events(window).occurrences if one.event.uid != event.uid and one.event.busy)
        return tuple(one for one in others if any(one.within(Window(mine.begins, mine.ends)) for mine in own))

    def find(self, words: str, window: Window | None = None) -> Found:
        """The event that a person means by `words`, or those between which to ask; in the coming year unless said.

        Of a series only the next occurrence stands for all, unless a window says which.
        """
        now = self._now()
        asked = window or self._looked_at(now)
        first, last = int(asked.start.timestamp()), int(asked.end.timestamp())
        candidates: list[Candidate] = []
        for series in self.store.between(first, last + 1).values():
            occurs = partial(next_occurrence, series, asked, now, self.zone)
            if window is None and series.event is not None and not series.changed:
                candidates.append(Candidate(series.event, occurs))
            elif (one := occurs()) is not None:
                # Few happen in a short time, and what one is called may have been changed in its occurrence alone.
                candidates.append(Candidate(one.event, partial(_given, one)))
        return best_matches(words, candidates)

    def next_of(self, uid: str, window: Window | None = None) -> Occurrence | None:
        """The next occurrence of an event by its UID, or the last if all are over; looked for where `find` looks."""
        now = self._now()
        series = self.store.get(uid)
        if series is None:
            return None
        return next_occurrence(series, window or self._looked_at(now), now, self.zone)

    def move(
        self, target: Occurrence, start: Moment, end: Moment | None = None, *, whole_series: bool = False
    ) -> Written:
        """Put an occurrence at another time, as long as before unless `end` says so, or its whole series along with it.

        With `whole_series` `start` is for this occurrence, and all others move by as much.
        """
        series = self._current(target)
        end = end if end is not None else series_changes.same_length(_mine(series, target), start)
        if _single(series, target):
            changed = series_changes.series_moved(series, start, end, zone=self.zone)
        elif whole_series and series.event is not None:
            first = series_changes.first_of_moved(series.event, target.start, start, zone=self.zone)
            changed = series_changes.series_moved(
                series, first, ending(first, start, end, length(start, end)), zone=self.zone
            )
        else:
            changed = series_changes.occurrence_moved(series, _id(target), start, end, zone=self.zone)
        moved = next((one for one in changed.changed if one.start == start), next(iter(changed)))
        return self._write("calendar_move", f"Move “{target.event.title}”", changed, moved)

    def add_people(self, target: Occurrence, people: Iterable[Attendee]) -> Written:
        """Note who comes too, or the address of somebody known by name, in the occurrence's whole series."""
        series = self._current(target)
        mine = _mine(series, target)
        added = replace(mine, attendees=with_people(mine.attendees, people), sequence=mine.sequence + 1)
        changed = Series(
            added if series.event is mine else series.event,
            tuple(added if one is mine else one for one in series.changed),
        )
        return self._write("calendar_people", f"People of “{mine.title}”", changed, added)

    def cancel(self, target: Occurrence, *, whole_series: bool = False) -> Written:
        """Cancel an occurrence, or its whole series."""
        series = self._current(target)
        if whole_series or _single(series, target):
            changed = series_changes.series_cancelled(series)
        else:
            changed = series_changes.occurrence_cancelled(series, _id(target), zone=self.zone)
        return self._write("calendar_cancel", f"Cancel “{target.event.title}”", changed, next(iter(changed)))

    def _looked_at(self, now: datetime) -> Window:
        return Window(now - timedelta(days=1), now + _LOOKED_AHEAD)

    def _write(self, tool: str, summary: str, series: Series, said: Event, *, calendar: str = "") -> Written:
        now = self._now().astimezone(UTC)
        series = Series(
            replace(series.event, modified=now) if series.event else None,
            tuple(replace(event, modified=now) for event in series.changed),
        )
        said = next(event for event in series if event.recurrence_id == said.recurrence_id)
        conflicts = () if tool == "calendar_cancel" else self.conflicts(said)
        with self._db.journal.effect(tool, summary=summary) as effect_id:
            self.store.put(series, sanitise(calendar) or self.store.calendar_of(series.uid))
        return Written(effect_id, said, conflicts)

    def _current(self, target: Occurrence) -> Series:
        """The series of an occurrence as it is now, which may be other than when the occurrence was listed."""
        series = self.store.get(target.event.uid)
        known = series is not None and any(
            event.recurrence_id == target.event.recurrence_id and event.status != "cancelled" for event in series
        )
        if series is None or not known or not self._still_there(series, target):
            raise CalendarProblem(f"“{target.event.title}” is no longer in the calendar at that time.")
        return series

    def _still_there(self, series: Series, target: Occurrence) -> bool:
        if target.event.recurrence_id is not None:
            return any(one.recurrence_id == target.event.recurrence_id for one in series.changed)
        if target.recurrence_id is None:
            return series.event is not None and series.event.start == target.start
        return happens(series, target.recurrence_id, self.zone)


def _given[T](value: T) -> T:
    return value


def _single(series: Series, target: Occurrence) -> bool:
    return target.recurrence_id is None and series.event is not None and not series.event.recurring


def _id(target: Occurrence) -> Moment:
    return target.start if target.recurrence_id is None else target.recurrence_id


def _mine(series: Series, target: Occurrence) -> Event:
    return next(event for event in series if event.recurrence_id == target.event.recurrence_id)
