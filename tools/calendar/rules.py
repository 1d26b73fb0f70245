"""Recurrence rules (RFC 5545, 3.3.10): which are taken, and their expansion, which always comes to an end.

dateutil's `rrule` expands what is not simple. It cannot be interrupted while it finds nothing, and a rule like "the
30th of February" makes it search to the year 9999: the days that it looks at are therefore counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from math import prod
from typing import Any

from dateutil.rrule import HOURLY, MINUTELY, rrule, rrulestr

from tools.calendar.moments import Moment, is_day, zone_of
from tools.calendar.problems import CalendarProblem
from tools.calendar.simple_rules import simple_readings

MAX_OCCURRENCES = 5_000
"""Of one event in one answer."""
_MAX_DAYS = 200_000
_COST = {HOURLY: 2, MINUTELY: 40}
"""What one look costs by frequency: for each, dateutil may step through all minutes of a day."""

_STEPS = {
    "WEEKLY": timedelta(weeks=1),
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
}
_PART = re.compile(r"(?:FREQ|UNTIL|COUNT|INTERVAL|WKST|BY[A-Z]+)=[A-Z0-9,+-]+")
_KNOWN = frozenset(
    {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSECOND", "BYMINUTE", "BYHOUR"}
    | {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"}
)
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


class SearchedTooLong(Exception):
    """A rule was followed as far as is reasonable, and its next occurrence was not found."""


def parts(rule: str) -> dict[str, str]:
    """The parts of a rule by name, in order."""
    return dict(part.split("=", 1) for part in rule.split(";") if part)


def joined(rule_parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in rule_parts.items())


def checked_rule(rule: str, start: Moment) -> str:
    """`rule` in capitals, without empty parts. Raises `CalendarProblem` for one that cannot or must not be followed."""
    if len(rule) > 1_000:
        raise CalendarProblem("The recurrence rule is too long.")
    pieces = [piece for piece in rule.upper().replace(" ", "").split(";") if piece]
    said = f"“{rule[:80]}”"
    names = [piece.partition("=")[0] for piece in pieces]
    if (
        not all(map(_PART.fullmatch, pieces))
        or set(names) - _KNOWN
        or len(set(names)) < len(names)
        or {"COUNT", "UNTIL"} <= set(names)
    ):
        raise CalendarProblem(f"The recurrence rule {said} cannot be understood.")
    rule = ";".join(pieces)
    found = parts(rule)
    if found.get("FREQ") == "SECONDLY":
        raise CalendarProblem(f"The recurrence rule {said} repeats every few seconds, which no calendar can show.")
    numbers = [found.get(name, "1") for name in ("INTERVAL", "COUNT")]
    if not all(re.fullmatch("0*[1-9][0-9]{0,5}", number) for number in numbers):
        raise CalendarProblem(f"The recurrence rule {said} has a number that is out of range.")
    if prod(found.get(name, "").count(",") + 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND")) > 24 * 60:
        raise CalendarProblem(f"The recurrence rule {said} repeats every few seconds, which no calendar can show.")
    try:
        first = next(_guarded(_rule(rule, start, None)), None)
    except SearchedTooLong:
        first = None
    except (ValueError, TypeError, LookupError, OverflowError):
        raise CalendarProblem(f"The recurrence rule {said} cannot be understood.") from None
    # One that ended before it began is of no harm: programs write it when the rest of a series is deleted.
    if first is None and "UNTIL" not in found:
        raise CalendarProblem(f"The recurrence rule {said} never happens.")
    return rule


def until(rule: str, start: Moment) -> datetime | None:
    """The last reading of the event's clock at which it may begin, if the rule says so."""
    text = parts(rule).get("UNTIL")
    if text is None:
        return None
    match = _UNTIL.fullmatch(text)
    if match is None:
        raise ValueError(f"no date: {text}")
    day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    if match[2] is None:
        return datetime.combine(day, time.max.replace(microsecond=0))
    hour, minute, second = (int(match[2][place : place + 2]) for place in (0, 2, 4))
    reading = datetime.combine(day, time(hour, minute, second))
    zone = zone_of(start)
    if match[3] and zone is not None:
        return reading.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    return datetime.combine(day, time.max.replace(microsecond=0)) if is_day(start) else reading


def readings(rule: str, start: Moment, since: datetime | None = None) -> Iterator[datetime]:
    """Readings of the event's clock at which it begins, in order, without end for most rules.

    With `since` those before it may be left out. Raises `SearchedTooLong` when the next is too far to find.
    """
    found = parts(rule)
    first = start.replace(tzinfo=None, fold=0) if isinstance(start, datetime) else datetime.combine(start, time())
    limits = {name: found.pop(name) for name in ("COUNT", "UNTIL") if name in found}
    # What is counted is counted from the first.
    begin = first if since is None or "COUNT" in limits else max(first, since)
    simple = simple_readings(found, first, begin)
    if simple is None:
        return _guarded(_rule(rule, start, since))
    if "COUNT" in limits:
        return islice(simple, int(limits["COUNT"]))
    end = until(rule, start) if limits else None
    return simple if end is None else takewhile(lambda reading: reading <= end, simple)


def _rule(text: str, start: Moment, since: datetime | None) -> rrule:
    first = start.replace(tzinfo=None, fold=0) if isinstance(start, datetime) else datetime.combine(start, time())
    found = parts(text)
    end = until(text, start)
    found.pop("UNTIL", None)
    if "COUNT" not in found and since is not None:
        first = _forwarded(first, found, since)
    rule = rrulestr(joined(found), dtstart=first)
    if not isinstance(rule, rrule):
        raise TypeError("one rule was expected")
    return rule.replace(until=end) if end is not None else rule


def _forwarded(first: datetime, found: dict[str, str], since: datetime) -> datetime:
    """A later start that gives the same occurrences from `since` on: whole intervals after the first."""
    interval = int(found.get("INTERVAL", "1"))
    step = _STEPS.get(found["FREQ"])
    ahead = since - first
    if ahead <= timedelta(days=8):
        return first
    if step is not None:
        # One interval less than would fit, as the days of a week may lie before its start's.
        return first + step * interval * max(0, ahead // (step * interval) - 1)
    if found["FREQ"] == "YEARLY" and (first.month, first.day) != (2, 29):
        return first.replace(year=first.year + interval * max(0, (since.year - first.year) // interval - 1))
    if found["FREQ"] == "MONTHLY" and first.day <= 28:
        months = (since.year - first.year) * 12 + since.month - first.month
        index = first.year * 12 + first.month - 1 + interval * max(0, months // interval - 1)
        return first.replace(year=index // 12, month=index % 12 + 1)
    return first


class _Counted:
    """The months or weekdays of a rule, which dateutil asks about each day that it considers."""

    def __init__(self, values: Iterable[int], cost: int) -> None:
        self._values = tuple(values)
        self._cost = cost
        self._left = _MAX_DAYS

    def __contains__(self, value: object) -> bool:
        self._left -= self._cost
        if self._left < 0:
            raise SearchedTooLong
        return value in self._values

    def __iter__(self) -> Iterator[int]:
        return iter(self._values)


def _guarded(rule: rrule) -> Iterator[datetime]:
    inner: Any = rule
    cost = _COST.get(inner._freq, 1)
    # Months are looked at first, but naming all twelve would change what "the 20th Monday" counts from.
    if inner._bymonth:
        inner._bymonth = _Counted(inner._bymonth, cost)
    else:
        inner._byweekday = _Counted(inner._byweekday or range(7), cost)
    return iter(rule)
