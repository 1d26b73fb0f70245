"""What moving and cancelling make of a series. Nothing here writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from tools.calendar.event import Event, Series
from tools.calendar.moments import Moment, from_wall, is_day, kind_of, length, shifted, wall
from tools.calendar.problems import CalendarProblem
from tools.calendar.rules import joined, parts

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def occurrence_moved(series: Series, recurrence_id: Moment, start: Moment, end: Moment, *, zone: tzinfo) -> Series:
    """The series with one occurrence at another time."""
    known, others = _split(series, recurrence_id, zone)
    if known is None:
        if series.event is None:
            raise CalendarProblem("That occurrence is no longer in the calendar.")
        known = replace(
            series.event, rrule="", rdates=(), exdates=(), start=start, end=end, recurrence_id=recurrence_id
        )
    moved = replace(known, start=start, end=end, sequence=known.sequence + 1)
    return Series(series.event, (*others, moved))


def occurrence_cancelled(series: Series, recurrence_id: Moment, *, zone: tzinfo) -> Series:
    """The series without one of its occurrences (as EXDATE, so that other programs leave it out too)."""
    known, others = _split(series, recurrence_id, zone)
    if series.event is None:
        if known is None:
            raise CalendarProblem("That occurrence is no longer in the calendar.")
        return Series(None, (*others, _cancelled(known)))
    left_out = from_wall(wall(recurrence_id, series.event.start, zone), series.event.start)
    event = replace(series.event, exdates=(*series.event.exdates, left_out), sequence=series.event.sequence + 1)
    return Series(event, others)


def series_cancelled(series: Series) -> Series:
    """The series marked as cancelled: it stays on record, so that the next import does not bring it back."""
    return Series(_cancelled(series.event) if series.event else None, tuple(map(_cancelled, series.changed)))


def series_moved(series: Series, start: Moment, end: Moment, *, zone: tzinfo) -> Series:
    """The whole series at another time: the event at `start`, everything that hangs on it as much later or earlier.

    Raises `CalendarProblem` when the rule names days that cannot be moved along ("the second Tuesday").
    """
    event = series.event
    if event is None:
        raise CalendarProblem("The series that this belongs to is not in the calendar.")
    if not event.recurring:
        return Series(replace(event, start=start, end=end, sequence=event.sequence + 1))
    if kind_of(start) != kind_of(event.start):
        raise CalendarProblem(
            "A series of whole days cannot get a time, nor one with times lose it.",
            hint="Cancel it and make a new one.",
        )
    by = wall(start, start, zone) - wall(event.start, event.start, zone)
    old, new = event.start, start

    def along(moment: Moment) -> Moment:
        return from_wall(wall(moment, old, zone) + by, new)

    moved = replace(
        event,
        start=start,
        end=end,
        rrule=_rule_moved(event.rrule, event.start, by),
        rdates=tuple(map(along, event.rdates)),
        exdates=tuple(map(along, event.exdates)),
        sequence=event.sequence + 1,
    )
    # An occurrence that was given a time of its own keeps it, and still replaces the one that it replaced.
    changed = [replace(one, recurrence_id=along(one.recurrence_id)) for one in series.changed if one.recurrence_id]
    return Series(moved, tuple(changed))


def _split(series: Series, recurrence_id: Moment, zone: tzinfo) -> tuple[Event | None, tuple[Event, ...]]:
    frame = series.event.start if series.event else recurrence_id
    reading = wall(recurrence_id, frame, zone)
    same = [one for one in series.changed if one.recurrence_id and wall(one.recurrence_id, frame, zone) == reading]
    return (same[0] if same else None), tuple(one for one in series.changed if one not in same)


def _cancelled(event: Event) -> Event:
    return replace(event, status="cancelled", sequence=event.sequence + 1)


def _rule_moved(rule: str, start: Moment, by: timedelta) -> str:
    """The rule for a start that is `by` later: the days that it names move too."""
    found = parts(rule)
    if not rule or not by:
        return rule
    first = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)
    moved = first + by
    days = (moved.date() - first.date()).days
    named = {name for name in found if name.startswith("BY") or name == "UNTIL"} - {"UNTIL"}
    if named & {"BYHOUR", "BYMINUTE", "BYSECOND"} and by % timedelta(days=1):
        raise _unmovable(rule)
    if days and named - {"BYHOUR", "BYMINUTE", "BYSECOND"}:
        _move_days(found, first, moved, days)
    if "UNTIL" in found:
        found["UNTIL"] = _until_moved(found["UNTIL"], by if "T" in found["UNTIL"] else timedelta(days=days))
    return joined(found)


def _move_days(found: dict[str, str], first: datetime, moved: datetime, days: int) -> None:
    named = {name for name in found if name.startswith("BY")} - {"BYHOUR", "BYMINUTE", "BYSECOND"}
    rule = joined(found)
    weekly = found["FREQ"] in ("WEEKLY", "DAILY") and named == {"BYDAY"}
    if weekly and set(found["BYDAY"].split(",")) <= set(_WEEKDAYS):
        shifted_days = {(_WEEKDAYS.index(day) + days) % 7 for day in found["BYDAY"].split(",")}
        found["BYDAY"] = ",".join(_WEEKDAYS[day] for day in sorted(shifted_days))
    elif named <= {"BYMONTHDAY", "BYMONTH"} and _names_only(found, first):
        if "BYMONTHDAY" in found:
            found["BYMONTHDAY"] = str(moved.day)
        if "BYMONTH" in found:
            found["BYMONTH"] = str(moved.month)
    else:
        raise _unmovable(rule)


def _names_only(found: dict[str, str], first: datetime) -> bool:
    """Whether the month and day that a rule names are just those of its start."""
    return found.get("BYMONTHDAY", str(first.day)) == str(first.day) and found.get("BYMONTH", str(first.month)) == str(
        first.month
    )


def _until_moved(text: str, by: timedelta) -> str:
    pattern = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    return (datetime.strptime(text.removesuffix("Z"), pattern) + by).strftime(pattern) + text[15:]


def _unmovable(rule: str) -> CalendarProblem:
    return CalendarProblem(
        f"The series cannot be moved as a whole: its rule ({rule}) names the days or hours.",
        hint="Move one occurrence, or cancel the series and make a new one.",
    )


def same_length(event: Event, start: Moment) -> Moment:
    """The end of an event that is moved to `start` and stays as long; a whole day that gets a time lasts an hour."""
    if is_day(start) == is_day(event.start):
        return shifted(start, length(event.start, event.end))
    return shifted(start, timedelta(days=1) if is_day(start) else timedelta(hours=1))


def first_of_moved(event: Event, old: Moment, new: Moment, *, zone: tzinfo) -> Moment:
    """Where a series has to start when its occurrence at `old` is to be at `new`."""
    if kind_of(old) != kind_of(new):
        raise CalendarProblem(
            "A series of whole days cannot get a time, nor one with times lose it.",
            hint="Cancel it and make a new one.",
        )
    by = wall(new, new, zone) - wall(old, event.start, zone)
    return shifted(from_wall(wall(event.start, event.start, zone), new), by)
