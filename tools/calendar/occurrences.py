"""From events to what stands in a window of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from itertools import groupby

from tools.calendar.event import Event, Series
from tools.calendar.moments import Moment, aware, ending, from_wall, is_day, length, normalised, wall, written
from tools.calendar.problems import CalendarProblem
from tools.calendar.rules import MAX_OCCURRENCES, SearchedTooLong, parts, readings, until

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From one aware datetime up to another."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs aware datetimes")
        normalised(self.start)
        normalised(self.end)
        if self.end < self.start:
            raise CalendarProblem("That span of time ends before it begins.")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event happens. `begins` and `ends` are instants, for a reader in the calendar's zone."""

    event: Event
    start: Moment
    end: Moment
    begins: datetime
    ends: datetime
    recurrence_id: Moment | None = None
    """When it was meant to be, in a series."""

    def within(self, window: Window) -> bool:
        """Whether it touches the window; one without length, if it begins in it."""
        if self.begins == self.ends:
            return window.start <= self.begins < window.end
        return self.begins < window.end and self.ends > window.start


@dataclass(frozen=True, slots=True)
class Expansion:
    """The occurrences of a series in a window; `cut` when there are more than were followed."""

    occurrences: tuple[Occurrence, ...]
    cut: bool = False


def expand(series: Series, window: Window, zone: tzinfo) -> Expansion:
    """The occurrences that touch the window, in order, without those that were cancelled."""
    found: list[Occurrence] = []
    cut = False
    if series.event is not None:
        starts = _Starts(series.event, zone)
        lasting = length(series.event.start, series.event.end)
        replaced = {starts.reading(event.recurrence_id) for event in series.changed if event.recurrence_id is not None}
        for start in starts.in_window(window):
            if len(found) >= MAX_OCCURRENCES:
                cut = True
                break
            if not replaced or starts.reading(start) not in replaced:
                found.append(occurrence(series.event, start, zone, lasting))
        cut = cut or starts.cut
    found.extend(occurrence(event, event.start, zone) for event in series.changed)
    shown = [one for one in found if one.event.status != "cancelled" and one.within(window)]
    return Expansion(tuple(sorted(shown, key=lambda one: (one.begins, one.ends))), cut)


def next_occurrence(series: Series, window: Window, now: datetime, zone: tzinfo) -> Occurrence | None:
    """The first occurrence in the window that is not over, or the last one there; no more are made than it takes."""
    last: Occurrence | None = None
    for one in _simple_or_all(series, window, zone):
        last = one
        if one.ends > now:
            break
    return last


def _simple_or_all(series: Series, window: Window, zone: tzinfo) -> Iterator[Occurrence]:
    event = series.event
    if event is None or series.changed:
        yield from expand(series, window, zone).occurrences
    elif event.status != "cancelled":
        for start in _Starts(event, zone).in_window(window):
            one = occurrence(event, start, zone)
            if one.within(window):
                yield one


def occurrence(event: Event, start: Moment, zone: tzinfo, lasting: timedelta | None = None) -> Occurrence:
    """The occurrence of an event that begins at `start`; `lasting` is the event's length, where it is known already."""
    end = ending(start, event.start, event.end, length(event.start, event.end) if lasting is None else lasting)
    recurrence_id = event.recurrence_id if event.recurrence_id is not None else start if event.recurring else None
    # UTC for comparing: two times of one zone are otherwise compared by the clock, which is wrong in an autumn night.
    begins, ends = (aware(moment, zone).astimezone(UTC) for moment in (start, end))
    if ends < begins:
        # A start that the clock skips in a night of spring is meant an hour later, and the end with it.
        ends = begins + length(event.start, event.end)
    return Occurrence(event, start, end, begins.astimezone(zone), ends.astimezone(zone), recurrence_id)


def happens(series: Series, recurrence_id: Moment, zone: tzinfo) -> bool:
    """Whether an unchanged occurrence of the series begins at `recurrence_id`."""
    event = series.event
    if event is None:
        return False
    begins = aware(recurrence_id, zone)
    window = Window(begins - _DAY, begins + _DAY)
    reading = wall(recurrence_id, event.start, zone)
    return any(wall(start, event.start, zone) == reading for start in _Starts(event, zone).in_window(window))


def bounds(event: Event) -> tuple[int, int | None]:
    """Seconds since the epoch between which the event has all its occurrences, a day to spare for unknown zones."""
    moments = [event.start, *event.rdates]
    latest = max(aware(moment, UTC) for moment in moments)
    earliest = min(aware(moment, UTC) for moment in moments)
    last: datetime | None = latest
    if event.rrule:
        end = _last_of_rule(event)
        last = None if end is None else max(latest, end)
    duration = abs(length(event.start, event.end)) + 2 * _DAY
    return int((earliest - 2 * _DAY).timestamp()), None if last is None else int((last + duration).timestamp())


def _last_of_rule(event: Event) -> datetime | None:
    end = until(event.rrule, event.start)
    if end is not None:
        return end.replace(tzinfo=UTC)
    if "COUNT" not in parts(event.rrule):
        return None
    last = event.start.replace(tzinfo=None) if isinstance(event.start, datetime) else datetime.min
    try:
        for reading in readings(event.rrule, event.start):
            last = reading
    except SearchedTooLong:
        return None
    return max(last.replace(tzinfo=UTC), aware(event.start, UTC).astimezone(UTC))


class _Starts:
    """The moments at which an event begins: its start, those of its rule and dates, less the dates left out."""

    def __init__(self, event: Event, zone: tzinfo) -> None:
        self._event = event
        self._zone = zone
        self.cut = False
        self._left_out = {self.reading(moment) for moment in event.exdates}
        # Some programs leave out a whole day of a series that has times.
        self._days_left_out = (
            {moment for moment in event.exdates if is_day(moment)} if not is_day(event.start) else set()
        )

    def reading(self, moment: Moment) -> datetime:
        """Where `moment` stands on the event's own clock, by which recurrences are reckoned."""
        return wall(moment, self._event.start, self._zone)

    def in_window(self, window: Window) -> Iterator[Moment]:
        """Those whose occurrence may touch the window, in order."""
        since = self.reading(window.start) - abs(length(self._event.start, self._event.end)) - _DAY
        end = self.reading(window.end) + _DAY
        fixed = {self.reading(moment) for moment in (self._event.start, *self._event.rdates)}
        fixed = {reading for reading in fixed if since <= reading <= end}
        for reading, _ in groupby(merge(sorted(fixed), self._of_rule(since, end))):
            if reading in self._left_out or (self._days_left_out and reading.date() in self._days_left_out):
                continue
            yield from_wall(reading, self._event.start)

    def _of_rule(self, since: datetime, end: datetime) -> Iterator[datetime]:
        if not self._event.rrule:
            return
        taken = 0
        try:
            for reading in readings(self._event.rrule, self._event.start, since):
                if reading > end:
                    return
                if reading >= since:
                    taken += 1
                    yield reading
                if taken > MAX_OCCURRENCES:
                    self.cut = True
                    return
        except SearchedTooLong:
            self.cut = True


def key(recurrence_id: Moment | None) -> str:
    """How the database names one occurrence of a series; "" is the series itself."""
    return "" if recurrence_id is None else written(recurrence_id)
