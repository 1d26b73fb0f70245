"""Free time: what is left of the working hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tools.calendar.occurrences import Occurrence, Window
from tools.calendar.problems import CalendarProblem

MAX_DAYS = 400


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a person wants to be asked: from one time of day to another, on some weekdays (Monday is 0)."""

    start: time = time(9)
    end: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))


def free_slots(
    occurrences: Iterable[Occurrence], window: Window, duration: timedelta, hours: WorkingHours, zone: tzinfo
) -> list[Window]:
    """The longest stretches of at least `duration` in which nothing is busy, day by day.

    Raises `CalendarProblem` for a duration that no day has room for.
    """
    if duration <= timedelta():
        raise CalendarProblem("A free time of no length was asked for.")
    if window.end - window.start > timedelta(days=MAX_DAYS):
        raise CalendarProblem(f"Free time is looked for in at most {MAX_DAYS} days at once.")
    if not hours.weekdays or hours.start >= hours.end:
        raise CalendarProblem("The working hours end before they begin.", hint="Set them to a span within one day.")
    busy = sorted((one.begins.astimezone(UTC), one.ends.astimezone(UTC)) for one in occurrences if one.event.busy)
    slots: list[Window] = []
    for begin, end in _working_days(window, hours, zone):
        slots.extend(
            Window(start.astimezone(zone), stop.astimezone(zone))
            for start, stop in _gaps(begin, end, busy)
            if stop - start >= duration
        )
    return slots


def _working_days(window: Window, hours: WorkingHours, zone: tzinfo) -> Iterable[tuple[datetime, datetime]]:
    """The working hours of each day, cut to the window, in UTC: a day on which clocks change has its real length."""
    day: date = window.start.astimezone(zone).date()
    while day <= window.end.astimezone(zone).date():
        if day.weekday() in hours.weekdays:
            begin = max(datetime.combine(day, hours.start, zone).astimezone(UTC), window.start.astimezone(UTC))
            end = min(datetime.combine(day, hours.end, zone).astimezone(UTC), window.end.astimezone(UTC))
            if begin < end:
                yield begin, end
        day += timedelta(days=1)


def _gaps(begin: datetime, end: datetime, busy: list[tuple[datetime, datetime]]) -> Iterable[tuple[datetime, datetime]]:
    for busy_from, busy_to in busy:
        if busy_to <= begin:
            continue
        if busy_from >= end:
            break
        if busy_from > begin:
            yield begin, busy_from
        begin = max(begin, busy_to)
    if begin < end:
        yield begin, end
