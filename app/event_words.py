"""An event of the calendar in words: when, how often, with whom."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from app.day_words import long_day, short_day
from app.wording import count
from tools.calendar import Attendee, Event, Occurrence
from tools.calendar.moments import is_day, zone_of
from tools.calendar.rules import parts, until
from tools.date_language.moment import DAYS

_UNITS = {
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
    "HOURLY": "hour",
    "MINUTELY": "minute",
}
_WEEKDAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), DAYS, strict=True))
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "last but one"}
_SAID = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}
_DAY = re.compile(r"([+-]?\d+)?([A-Z]{2})")


def times(occurrence: Occurrence) -> str:
    """ "15:00–15:30", "all day", "22:00" for one that ends on another day."""
    if is_day(occurrence.start):
        return "all day"
    begins, ends = occurrence.begins, occurrence.ends
    return f"{begins:%H:%M}–{ends:%H:%M}" if ends > begins and ends.date() == begins.date() else f"{begins:%H:%M}"


def when(occurrence: Occurrence, today: date) -> str:
    """ "Friday 27 November, 15:00–15:30", with its own zone's clock when that is another."""
    first, last = occurrence.begins.date(), last_day(occurrence)
    if first == last:
        return f"{long_day(first, today)}, {times(occurrence)}{_elsewhere(occurrence)}"
    if is_day(occurrence.start):
        return f"{long_day(first, today)} – {long_day(last, today)}, all day"
    until_words = f"{long_day(last, today)}, {occurrence.ends:%H:%M}"
    return f"{long_day(first, today)}, {occurrence.begins:%H:%M} – {until_words}{_elsewhere(occurrence)}"


def last_day(occurrence: Occurrence) -> date:
    """The last day that the occurrence touches, on its reader's clock."""
    begins, ends = occurrence.begins, occurrence.ends
    return (ends - timedelta(microseconds=1)).date() if ends > begins else begins.date()


def repeats(event: Event, today: date) -> str:
    """ "every 2 weeks on Monday and Thursday, 10 times"; empty for an event that happens once."""
    if not event.recurring:
        return ""
    words = _rule_words(event, today) if event.rrule else ""
    more = f"on {count(len(event.rdates), 'more day' if words else 'day')}" if event.rdates else ""
    return ", ".join(filter(None, (words, more)))


def people(event: Event) -> str:
    """Those invited by name, with what they answered."""
    return ", ".join(map(_person, event.attendees))


def _person(attendee: Attendee) -> str:
    name = attendee.name or attendee.address
    return name if attendee.response == "needs-action" else f"{name} ({attendee.response})"


def _rule_words(event: Event, today: date) -> str:
    rule = parts(event.rrule)
    unit = _UNITS[rule["FREQ"]]
    if set(rule) - _SAID:
        return f"every {unit}, by a rule of its own ({event.rrule})"
    interval = int(rule.get("INTERVAL", "1"))
    words = f"every {interval} {unit}s" if interval > 1 else f"every {unit}"
    if "BYDAY" in rule:
        words += f" on {_listed([_weekday(day) for day in rule['BYDAY'].split(',')])}"
    if "BYMONTHDAY" in rule:
        words += f" on day {_listed(rule['BYMONTHDAY'].split(','))} of the month"
    if "COUNT" in rule:
        words += f", {count(int(rule['COUNT']), 'time')}"
    end = until(event.rrule, event.start)
    return words if end is None else f"{words}, until {short_day(end.date(), today)}"


def _weekday(text: str) -> str:
    match = _DAY.fullmatch(text)
    if match is None or match[2] not in _WEEKDAYS:
        return text
    name = _WEEKDAYS[match[2]]
    number = int(match[1] or 0)
    return f"the {_ORDINALS.get(number, f'{number}.')} {name}" if number else name


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _elsewhere(occurrence: Occurrence) -> str:
    """The event's own clock, when it is not its reader's."""
    start = occurrence.start
    if not isinstance(start, datetime) or zone_of(start) is None:
        return ""
    name = getattr(start.tzinfo, "key", "UTC")
    same = start.utcoffset() == occurrence.begins.utcoffset()
    return "" if same or name == "UTC" else f" ({start:%H:%M} in {name})"
