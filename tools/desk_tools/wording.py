"""Times, people and lists as results and previews say them."""

from __future__ import annotations

from datetime import datetime, tzinfo

from tools.calendar import Moment
from tools.calendar.moments import is_day, length
from tools.calendar.occurrences import Occurrence

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment_text(moment: Moment, zone: tzinfo) -> str:
    """ "Fri 27 Nov 2026 15:00" for somebody in `zone`; a whole day without its time."""
    local = moment.astimezone(zone) if isinstance(moment, datetime) and moment.tzinfo else moment
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day} {local:%H:%M}" if isinstance(local, datetime) else day


def end_text(start: Moment, end: Moment, zone: tzinfo) -> str:
    """The end after its start has been said: only the time on the same day, nothing for one whole day."""
    if is_day(start):
        days = length(start, end).days
        return "" if days <= 1 else f"{days} days"
    full = moment_text(end, zone)
    day, _, time = full.rpartition(" ")
    return time if moment_text(start, zone).startswith(day) else full


def cut_notice(found: int, listed: int, what: str) -> str:
    """That only some of what was found, or asked for, is listed; empty when all is."""
    return f"Only {listed} of {found} {what} are listed. Ask for fewer at a time." if found > listed else ""


def occurrence_text(one: Occurrence, zone: tzinfo) -> str:
    """ "Budget review, Fri 27 Nov 2026 15:00"."""
    return f"{one.event.title}, {moment_text(one.start, zone)}"
