"""What is written as machines write it, in ISO 8601 and RFC 5545, in whatever language is spoken around it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr

from tools.date_language.context import Context, Readings, one
from tools.date_language.moment import Moment, Span

DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::00)?(Z|[+-]\d\d:\d\d)?")
DURATION = re.compile(r"P(?=[T\d])(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?")
RULE = re.compile(r"(?:RRULE:)?(FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;[A-Z]+=[-+A-Z0-9,]+)*)")


def moment(text: str, context: Context) -> Readings[Moment] | None:
    """`2026-11-27`, `2026-11-27T15:00`, with an offset or in the user's zone."""
    text = text.strip()
    try:
        if DAY.fullmatch(text):
            return one(Moment(date.fromisoformat(text)))
        match = TIME.fullmatch(text)
        if not match:
            return None
        day, hour, minute, offset = match.groups()
        if offset:
            at = context.instant(datetime.fromisoformat(text))
            return one(Moment(at.date(), at))
        if int(hour) > 24 or int(minute) > 59:
            return None
        times = context.at(date.fromisoformat(day), int(hour) * 60 + int(minute))
        return times.map(lambda at: Moment(at.date(), at))
    except (ValueError, OverflowError):
        return None


def span(text: str, now: datetime) -> Span | None:
    """Two times with offsets and a stroke between them."""
    try:
        start, end = (datetime.fromisoformat(part).astimezone(now.tzinfo) for part in text.strip().split("/"))
    except (ValueError, OverflowError):
        return None
    return Span(start, end) if text.count(":") >= 2 and start < end else None


def duration(text: str) -> timedelta | None:
    match = DURATION.fullmatch(text.strip())
    if not match:
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def rule(text: str) -> str | None:
    match = RULE.fullmatch(text.strip())
    if not match:
        return None
    try:
        rrulestr(match.group(1), dtstart=datetime(2000, 1, 1))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return match.group(1)
