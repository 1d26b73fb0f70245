"""Points in time as calendars know them: a day, a time of no zone ("floating"), a time in a zone.

RFC 5545 has the three as DATE, DATE-TIME form 1, and forms 2 and 3. They are Python's `date`, naive `datetime` and
aware `datetime`; an aware one is in UTC or in a zone with a name, since only those can be written down and shared.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tools.calendar.problems import CalendarProblem

type Moment = date | datetime

EARLIEST, LATEST = 1800, 2300
"""Years outside these are mistakes in a file, and too near to the ends of Python's calendar to reckon with."""


def normalised(moment: Moment) -> Moment:
    """`moment` to the second, aware ones in a named zone or UTC. Raises `CalendarProblem` for an absurd year."""
    if not EARLIEST <= moment.year <= LATEST:
        raise CalendarProblem(f"The year {moment.year} is not one of a calendar.")
    if not isinstance(moment, datetime):
        return moment
    moment = moment.replace(microsecond=0)
    if moment.tzinfo is None:
        return moment.replace(fold=0)
    key = getattr(moment.tzinfo, "key", "")
    # The second 02:30 of a night in autumn has no form of its own in a file: only its UTC time is unmistakable.
    if not key or key in ("UTC", "Etc/UTC") or moment.utcoffset() != moment.replace(fold=0).utcoffset():
        return moment.astimezone(UTC)
    return moment.replace(fold=0)


def is_day(moment: Moment) -> bool:
    return not isinstance(moment, datetime)


def zone_of(moment: Moment) -> tzinfo | None:
    return moment.tzinfo if isinstance(moment, datetime) else None


def kind_of(moment: Moment) -> str:
    """ "day", "floating" or "zoned": moments of different kinds cannot begin and end one event."""
    if is_day(moment):
        return "day"
    return "floating" if zone_of(moment) is None else "zoned"


def written(moment: Moment) -> str:
    """A text for the database: 2026-11-21, 2026-11-21T15:00:00, ...Z in UTC, ...[Europe/Berlin] (as in RFC 9557)."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    text = moment.replace(tzinfo=None, fold=0).isoformat()
    if moment.tzinfo is None:
        return text
    return f"{text}Z" if moment.tzinfo is UTC else f"{text}[{getattr(moment.tzinfo, 'key', 'UTC')}]"


def read(text: str) -> Moment:
    """What `written` wrote."""
    if "T" not in text:
        return date.fromisoformat(text)
    plain, bracket, zone = text.partition("[")
    if bracket:
        return datetime.fromisoformat(plain).replace(tzinfo=named_zone(zone.removesuffix("]")))
    if plain.endswith("Z"):
        return datetime.fromisoformat(plain[:-1]).replace(tzinfo=UTC)
    return datetime.fromisoformat(plain)


@lru_cache(maxsize=1024)
def named_zone(name: str) -> tzinfo:
    """The IANA zone of this name. Raises `CalendarProblem` when there is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CalendarProblem(f"The time zone “{name[:80]}” is not known here.") from None


def aware(moment: Moment, zone: tzinfo) -> datetime:
    """The instant at which a moment is reached by somebody in `zone`; a day begins at its midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def wall(moment: Moment, frame: Moment, zone: tzinfo) -> datetime:
    """The reading of a clock at `moment` where events like `frame` happen: in its zone, or in `zone` if it has none."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(zone_of(frame) or zone).replace(tzinfo=None, fold=0)


def from_wall(reading: datetime, frame: Moment) -> Moment:
    """The moment of the kind of `frame` at which its clock reads `reading`."""
    return reading.date() if is_day(frame) else reading.replace(tzinfo=zone_of(frame))


def length(start: Moment, end: Moment) -> timedelta:
    """How long by the clocks: from 23:00 to 7:00 are 8 hours in every night of the year.

    Between two zones, as on a flight, no clock shows the length, and it is the time that really passes.
    """
    if isinstance(start, datetime) and isinstance(end, datetime):
        if start.tzinfo is not end.tzinfo and start.tzinfo is not None:
            return end.astimezone(UTC) - start.astimezone(UTC)
        return end.replace(tzinfo=None) - start.replace(tzinfo=None)
    return datetime.combine(end, time()) - datetime.combine(start, time())


def shifted(moment: Moment, by: timedelta) -> Moment:
    """`moment` so much later by its own clock. Raises `CalendarProblem` where the calendar ends."""
    try:
        return normalised(moment + by)
    except OverflowError:
        raise CalendarProblem("That is further away than calendars reach.") from None


def ending(start: Moment, event_start: Moment, event_end: Moment, lasting: timedelta) -> Moment:
    """When the occurrence at `start` ends of an event from `event_start` to `event_end`, which has this length."""
    if zone_of(event_start) is zone_of(event_end):
        return start + lasting
    zone = zone_of(event_end)
    real = aware(start, UTC).astimezone(UTC) + lasting
    return real.astimezone(zone)
