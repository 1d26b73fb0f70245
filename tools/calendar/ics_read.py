"""An event from the lines of a file, by the icalendar library."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import icalendar

from tools.calendar.attendee import Attendee, from_uri
from tools.calendar.event import Event, Status
from tools.calendar.ics_lines import marker, property_name
from tools.calendar.moments import Moment, aware, is_day, named_zone
from tools.calendar.problems import CalendarProblem
from tools.calendar.zone_names import iana_name, zone_of_definition

_ESSENTIAL = frozenset({"DTSTART", "DTEND", "DURATION", "RDATE", "EXDATE", "RECURRENCE-ID"})
"""An event without these as they were meant would stand at a wrong time."""
_UNDERSTOOD = _ESSENTIAL | {
    *("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "RRULE", "ORGANIZER", "ATTENDEE", "STATUS"),
    *("TRANSP", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP"),
}
_NOT_FOLLOWED = {"EXRULE": "a rule for exceptions (EXRULE)", "RECURRENCE-ID": "all that follows (THISANDFUTURE)"}
_TZID = re.compile(r';\s*TZID\s*=\s*("[^"]*"|[^;:,]*)', re.IGNORECASE)
_EMPTY_DATES = re.compile(r"\s*(?:EXDATE|RDATE)[^:]*:\s*", re.IGNORECASE)
_YEAR = re.compile(r":(\d{4})\d{4}")
_MINUTES = re.compile(r"TRIGGER:(-?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:0+S)?)?")
_FAILURES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def read_event(lines: list[str], zones: Mapping[str, list[str]]) -> list[Event]:
    """The event of one VEVENT; more than one where dates of its own length had to become changed occurrences.

    Raises `CalendarProblem` with a sentence about what is wrong.
    """
    own, alarms, rest = _sorted_lines(lines)
    text = "\r\n".join(["BEGIN:VEVENT", *(_with_zone(line, zones) for line in own), "END:VEVENT", ""])
    try:
        component = icalendar.Event.from_ical(text.encode())
        return list(_events(component, own, alarms, rest))
    except _FAILURES:
        raise CalendarProblem("It cannot be read.") from None


def _events(component: Any, own: list[str], alarms: list[list[str]], rest: list[str]) -> Iterator[Event]:
    broken = sorted({name for name, _ in component.errors if name in _ESSENTIAL})
    if broken:
        raise CalendarProblem(f"It has a {broken[0]} that cannot be understood.")
    start = _moment(component, "DTSTART")
    if start is None:
        raise CalendarProblem("It has no start.")
    end = _end(component, start)
    reminders, kept = _reminders(alarms)
    rdates, periods = _rdates(component)
    rule = _rule(own)
    event = Event(
        uid=_text(component, "UID") or _uid_of(own),
        title=_text(component, "SUMMARY"),
        start=start,
        end=end,
        location=_text(component, "LOCATION"),
        description=_text(component, "DESCRIPTION"),
        rrule=rule,
        rdates=tuple(rdates),
        exdates=tuple(_dates(component, "EXDATE")),
        organizer=next(iter(_people(component, "ORGANIZER")), None),
        attendees=tuple(_people(component, "ATTENDEE")),
        reminders=tuple(reminders),
        status=_status(component),
        busy=_text(component, "TRANSP").upper() != "TRANSPARENT",
        sequence=_sequence(component),
        modified=_modified(component),
        recurrence_id=_moment(component, "RECURRENCE-ID"),
        extra="\n".join([*rest, *kept]),
    )
    yield event
    for begins, ends in periods:
        yield _occurrence_of_its_own_length(event, begins, ends)


def _occurrence_of_its_own_length(event: Event, begins: Moment, ends: Moment) -> Event:
    return Event(
        uid=event.uid,
        title=event.title,
        start=begins,
        end=ends,
        location=event.location,
        description=event.description,
        attendees=event.attendees,
        organizer=event.organizer,
        reminders=event.reminders,
        status=event.status,
        busy=event.busy,
        sequence=event.sequence,
        modified=event.modified,
        recurrence_id=begins,
    )


def _sorted_lines(lines: list[str]) -> tuple[list[str], list[list[str]], list[str]]:
    """Lines that are understood here, those of each component inside, and all others."""
    own: list[str] = []
    inner: list[list[str]] = []
    rest: list[str] = []
    depth = 0
    for line in lines:
        mark = marker(line)
        depth += mark is not None and mark[0] == "BEGIN"
        if depth == 2 and mark is not None and mark[0] == "BEGIN":
            inner.append([])
        if depth >= 2:
            inner[-1].append(line)
        elif mark is None:
            name = property_name(line)
            if name == "EXRULE" or (name == "RECURRENCE-ID" and "THISANDFUTURE" in line.upper()):
                raise CalendarProblem(f"It changes a series with {_NOT_FOLLOWED[name]}, which is not followed here.")
            (own if name in _UNDERSTOOD else rest).append(line)
        depth -= mark is not None and mark[0] == "END"
    # A line without a name says nothing to anybody.
    own = [line for line in own if not _EMPTY_DATES.fullmatch(line)]
    return own, inner, [line for line in rest if property_name(line)]


def _with_zone(line: str, zones: Mapping[str, list[str]]) -> str:
    """The line with the IANA name of its zone in place of whatever the file calls it."""
    if property_name(line) not in _ESSENTIAL:
        return line
    match = _TZID.search(line)
    if match is None:
        return line
    name = match[1].strip('"')
    year = _YEAR.search(line, match.end())
    zone = iana_name(name) or zone_of_definition(zones.get(name, ()), int(year[1]) if year else 0)
    if zone is None:
        raise CalendarProblem(f"It uses the time zone “{name[:80]}”, which is not known here.")
    return _TZID.sub(f";TZID={zone}", line, count=1)


def _moment(component: Any, name: str) -> Moment | None:
    value = component.get(name)
    value = value[0] if isinstance(value, list) and value else value
    if value is None:
        return None
    return _as_moment(getattr(value, "dt", None), name)


def _as_moment(value: object, name: str) -> Moment:
    if not isinstance(value, date):
        raise CalendarProblem(f"It has a {name} that cannot be understood.")
    return value


def _end(component: Any, start: Moment) -> Moment:
    end = _moment(component, "DTEND")
    if end is not None:
        return end
    value = component.get("DURATION")
    duration = getattr(value, "dt", None) if value is not None else None
    if isinstance(duration, timedelta):
        return start + duration
    return start + timedelta(days=1) if is_day(start) else start


def _dates(component: Any, name: str) -> Iterator[Any]:
    value = component.get(name, [])
    for dates in value if isinstance(value, list) else [value]:
        for one in getattr(dates, "dts", ()):
            yield one.dt if isinstance(one.dt, tuple) else _as_moment(one.dt, name)


def _rdates(component: Any) -> tuple[list[Moment], list[tuple[Moment, Moment]]]:
    """Dates on which the event happens too, and those among them that say how long (RFC 5545, 3.8.5.2)."""
    dates: list[Moment] = []
    periods: list[tuple[Moment, Moment]] = []
    for value in _dates(component, "RDATE"):
        if isinstance(value, tuple):
            begins = _as_moment(value[0], "RDATE")
            periods.append((begins, begins + value[1] if isinstance(value[1], timedelta) else value[1]))
        dates.append(value[0] if isinstance(value, tuple) else value)
    return dates, periods


def _rule(own: Iterable[str]) -> str:
    rules = [line.partition(":")[2].strip() for line in own if property_name(line) == "RRULE"]
    if len(set(rules)) > 1:
        raise CalendarProblem("It has more than one recurrence rule.")
    return rules[0] if rules else ""


def _text(component: Any, name: str) -> str:
    value = component.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value)


def _people(component: Any, name: str) -> Iterator[Attendee]:
    value = component.get(name, [])
    for person in value if isinstance(value, list) else [value]:
        parameters = getattr(person, "params", {})
        response = str(parameters.get("PARTSTAT", "needs-action")).lower()
        yield from_uri(str(person), str(parameters.get("CN", "")), response)


def _status(component: Any) -> Status:
    match _text(component, "STATUS").strip().upper():
        case "CANCELLED":
            return "cancelled"
        case "TENTATIVE":
            return "tentative"
    return "confirmed"


def _sequence(component: Any) -> int:
    text = _text(component, "SEQUENCE").strip()
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0


def _modified(component: Any) -> datetime | None:
    value = getattr(component.get("LAST-MODIFIED"), "dt", None)
    return aware(value, named_zone("UTC")).astimezone(named_zone("UTC")) if isinstance(value, datetime) else None


def _reminders(alarms: list[list[str]]) -> tuple[list[int], list[str]]:
    """Minutes before the start of the alarms that only show something then, and the lines of all others."""
    minutes: list[int] = []
    kept: list[str] = []
    for lines in alarms:
        names = {property_name(line) for line in lines[1:-1]}
        triggers = [match for line in lines if (match := _MINUTES.fullmatch(line.strip()))]
        shows = marker(lines[0]) == ("BEGIN", "VALARM") and any(
            line.strip().upper() == "ACTION:DISPLAY" for line in lines
        )
        if shows and len(triggers) == 1 and names <= {"ACTION", "TRIGGER", "DESCRIPTION"} and len(lines) <= 5:
            sign, weeks, days, hours, rest = triggers[0].groups("0")
            before = int(weeks) * 10_080 + int(days) * 1_440 + int(hours) * 60 + int(rest)
            minutes.append(before if sign == "-" else -before)
        else:
            kept.extend(lines)
    return minutes, kept


def _uid_of(own: Iterable[str]) -> str:
    """A name for an event that has none: the same for the same event, whenever it is imported."""
    said = sorted(line for line in own if property_name(line) not in ("DTSTAMP", "LAST-MODIFIED", "UID"))
    return f"{hashlib.sha256('\n'.join(said).encode()).hexdigest()[:32]}@llama-desk"
