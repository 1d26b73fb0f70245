"""Events in the words of the command line and the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.day_words import long_day
from tools.calendar import Attendee, Event, Occurrence
from tools.calendar.moments import is_day, zone_of
from tools.calendar.rules import parts, until
from tools.date_language.moment import DAYS, said

_UNITS = {"MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}
_UNITS |= {"YEARLY": "year"}
_CODES = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), DAYS, strict=True))
_PLACES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}


def occurrence_said(one: Occurrence) -> str:
    """ "“Keys” on Friday 27 November 2026, 15:00–15:30" """
    if not is_day(one.start):
        return f"“{one.event.title}” on {said(one.begins)}{_end_said(one)}"
    last = last_day(one)
    first = said(one.begins.date())
    day = f"on {first}" if last == one.begins.date() else f"from {first} until {said(last)}"
    return f"“{one.event.title}” {day}"


def event_said(one: Occurrence) -> str:
    """The occurrence with what else matters of it: how it repeats, where, with whom."""
    event = one.event
    more = [repeats_said(event), f"at {event.location}" if event.location else "", people_said(event.attendees)]
    return ", ".join([occurrence_said(one), *filter(None, more)])


def times_said(one: Occurrence) -> str:
    """The times alone, where the day is known: "15:00–15:30", "all day"."""
    if not is_day(one.start):
        return f"{one.begins:%H:%M}{_end_said(one)}"
    last = last_day(one)
    return "all day" if last == one.begins.date() else f"all day until {said(last)}"


def short_times(one: Occurrence) -> str:
    """At most eleven characters: "15:00–15:30", "all day", "22:00" for what ends on another day."""
    if is_day(one.start):
        return "all day"
    on_one_day = one.ends > one.begins and one.ends.date() == one.begins.date()
    return f"{one.begins:%H:%M}–{one.ends:%H:%M}" if on_one_day else f"{one.begins:%H:%M}"


def when_said(one: Occurrence, today: date) -> str:
    """ "Friday 27 November, 15:00–15:30", with the clock of the event's own zone when that is another."""
    first, last = one.begins.date(), last_day(one)
    if first == last:
        return f"{long_day(first, today)}, {short_times(one)}{_elsewhere_said(one)}"
    if is_day(one.start):
        return f"{long_day(first, today)} – {long_day(last, today)}, all day"
    end = f"{long_day(one.ends.date(), today)}, {one.ends:%H:%M}"
    return f"{long_day(first, today)}, {one.begins:%H:%M} – {end}{_elsewhere_said(one)}"


def answers_said(people: Sequence[Attendee]) -> str:
    """Everybody, with what they answered: "Ana (accepted), Ben"."""
    return ", ".join(
        person.said if person.response == "needs-action" else f"{person.said} ({person.response})" for person in people
    )


def last_day(one: Occurrence) -> date:
    """The last day on which the occurrence happens: one that ends at midnight is over on the day before."""
    return max(one.begins.date(), (one.ends - timedelta(microseconds=1)).date())


def people_said(people: Sequence[Attendee]) -> str:
    """ "with Ana and ben@example.org"; empty for nobody."""
    names = [person.said for person in people if person.said]
    if not names:
        return ""
    shown = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} others"]
    return "with " + " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def repeats_said(event: Event) -> str:
    """ "every 2 weeks on Monday and Thursday until Friday 18 December 2026"; empty for what happens once."""
    if not event.rrule:
        return f"on {len(event.rdates) + 1} dates" if event.rdates else ""
    found = parts(event.rrule)
    unit, count = _UNITS[found["FREQ"]], int(found.get("INTERVAL", "1"))
    days = [_day_said(code) for code in found.get("BYDAY", "").split(",") if code]
    if set(found) - {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"} or None in days:
        return f"repeating by the rule {event.rrule}"
    said_days = [day for day in days if day]
    words = f"every {unit}" if count == 1 else f"every {count} {unit}s"
    if said_days:
        words += " on " + " and ".join(filter(None, [", ".join(said_days[:-1]), said_days[-1]]))
    end = until(event.rrule, event.start)
    if end is not None:
        words += f" until {said(end.date())}"
    return words + (f", {found['COUNT']} times" if "COUNT" in found else "")


def _day_said(code: str) -> str | None:
    place, name = code[:-2].removeprefix("+"), _CODES[code[-2:]]
    if not place:
        return name
    return f"the {_PLACES[place]} {name}" if place in _PLACES else None


def _elsewhere_said(one: Occurrence) -> str:
    start = one.start
    if not isinstance(start, datetime) or zone_of(start) is None:
        return ""
    name = getattr(start.tzinfo, "key", "UTC")
    is_same = name == "UTC" or start.utcoffset() == one.begins.utcoffset()
    return "" if is_same else f" ({start:%H:%M} in {name})"


def _end_said(one: Occurrence) -> str:
    if one.ends == one.begins:
        return ""
    same_day = one.begins.date() == one.ends.date()
    return f"–{one.ends:%H:%M}" if same_day else f" until {said(one.ends)}"
