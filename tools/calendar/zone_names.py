"""The time zones that calendar files name, as zones of the IANA database.

Files bring their zones along (VTIMEZONE, RFC 5545, 3.6.5), under any name. Their rules are never followed as they
stand: a zone known by its name is taken from the database, and one that is not is compared with the zones there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tools.calendar.problems import CalendarProblem
from tools.calendar.rules import SearchedTooLong, checked_rule, readings

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")


def iana_name(name: str) -> str | None:
    """The zone of the IANA database for a TZID: its own name, that of Windows, or the end of a vendor's path."""
    name = name.strip().strip('"').strip("/")
    if name.upper() in ("UTC", "GMT", "Z", "ETC/UTC"):
        return "UTC"
    known = _by_lower_case()
    pieces = name.split("/")
    tries = ["/".join(pieces[place:]) for place in range(max(0, len(pieces) - 3), len(pieces))]
    for tried in (name, WINDOWS_TO_OLSON.get(name, ""), *(one for one in tries if "/" in one)):
        if tried.lower() in known:
            return known[tried.lower()]
    return None


def zone_of_definition(lines: Iterable[str], year: int) -> str | None:
    """The zone that keeps the same time as a VTIMEZONE throughout `year`; None when there is none or it is broken."""
    year = min(max(year, 1970), 2037)
    try:
        changes = sorted(_changes(list(lines), year))
    except (ValueError, LookupError, OverflowError, SearchedTooLong, CalendarProblem):
        return None
    return _zone_like(tuple(changes), year) if changes else None


@lru_cache(maxsize=1)
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if not name.startswith(("posix", "right"))}


def _changes(lines: list[str], year: int) -> Iterable[tuple[datetime, timedelta]]:
    """The changes of a zone's clock until the end of the year, as (UTC, offset from then on)."""
    properties: dict[str, str] = {}
    dates: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        name = name.partition(";")[0].strip().upper()
        if name == "BEGIN":
            properties, dates = {}, []
        elif name == "RDATE":
            dates.extend(value.split(","))
        elif name == "END" and value.strip().upper() in ("STANDARD", "DAYLIGHT"):
            yield from _changes_of_part(properties, dates, year)
        properties[name] = value.strip()


def _changes_of_part(properties: dict[str, str], dates: list[str], year: int) -> Iterable[tuple[datetime, timedelta]]:
    before, after = _offset(properties["TZOFFSETFROM"]), _offset(properties["TZOFFSETTO"])
    start = _reading(properties["DTSTART"])
    readings_of_clock = [start, *map(_reading, dates)]
    rule = properties.get("RRULE", "")
    if rule.upper().startswith("FREQ=YEARLY"):
        # From 1601, as Windows writes it, and within what `checked_rule` takes.
        first = start.replace(year=max(start.year, 1900))
        since = max(first, datetime(year - 1, 1, 1))
        readings_of_clock.extend(islice(readings(checked_rule(rule, first), first, since), 8))
    for reading in readings_of_clock:
        if reading.year <= year:
            yield reading.replace(tzinfo=UTC) - before, after


def _reading(text: str) -> datetime:
    text = text.strip().removesuffix("Z")
    return datetime.strptime(text, "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no offset: {text}")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -offset if match[1] == "-" else offset


@lru_cache(maxsize=256)
def _zone_like(changes: tuple[tuple[datetime, timedelta], ...], year: int) -> str | None:
    days = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(365)]
    offsets = [_offset_at(changes, day) for day in days]
    hours, rest = divmod(offsets[0], timedelta(hours=1))
    if len(set(offsets)) == 1 and not rest and -12 <= hours <= 14:
        # No clock changes: better a zone that never had any than a place that only has none now. Signs are reversed.
        return f"Etc/GMT{-hours:+d}" if hours else "UTC"
    for name in _by_fame():
        zone = ZoneInfo(name)
        if all(day.astimezone(zone).utcoffset() == offset for day, offset in zip(days, offsets, strict=True)):
            return name
    return None


@lru_cache(maxsize=1)
def _by_fame() -> list[str]:
    """All zones, first those that stand for a region of the world on Windows."""
    famous = set(WINDOWS_TO_OLSON.values())
    return sorted(available_timezones(), key=lambda name: (name not in famous, "/" not in name, name))


def _offset_at(changes: tuple[tuple[datetime, timedelta], ...], moment: datetime) -> timedelta:
    return next((offset for since, offset in reversed(changes) if since <= moment), changes[0][1])
