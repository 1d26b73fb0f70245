"""The recurrence rules that nearly every series has, by arithmetic: dateutil takes a hundred times as long for them.

Every day, week, month or year, also each second or third; weekdays of a week; a day of the month, by its number or as
the first or last of its weekdays. What else there is, `rules` gives to dateutil.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_PLAIN = {"FREQ", "INTERVAL", "WKST"}
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def simple_readings(found: dict[str, str], first: datetime, since: datetime) -> Iterator[datetime] | None:
    """The readings of the clock from `since` on of a rule without COUNT and UNTIL, in order; None if it is not simple.

    They go on until the calendar ends.
    """
    step, names = int(found.get("INTERVAL", "1")), found.keys() - _PLAIN
    readings: Iterator[datetime] | None = None
    match found["FREQ"]:
        case "DAILY" if not names:
            readings = _daily(first, since, step)
        case "WEEKLY" if not names:
            readings = _daily(first, since, 7 * step)
        case "WEEKLY" if names == {"BYDAY"} and set(found["BYDAY"].split(",")) <= set(_WEEKDAYS):
            readings = _weekly(first, since, step, found)
        case "MONTHLY" if not names:
            readings = _monthly(first, since, step, first.day)
        case "MONTHLY" if names == {"BYMONTHDAY"} and re.fullmatch("[1-9]|[12][0-9]|3[01]", found["BYMONTHDAY"]):
            readings = _monthly(first, since, step, int(found["BYMONTHDAY"]))
        case "MONTHLY" if names == {"BYDAY"} and (nth := _NTH.fullmatch(found["BYDAY"])):
            readings = _monthly_weekday(first, since, step, (int(nth[1]), _WEEKDAYS.index(nth[2])))
        case "YEARLY" if not names:
            readings = _monthly(first, since, 12 * step, first.day)
    return readings


def _daily(first: datetime, since: datetime, step: int) -> Iterator[datetime]:
    length = step * _DAY
    # Rounded up to the first that is not before `since`.
    at = first + max(0, -((first - since) // length)) * length
    while True:
        yield at
        try:
            at += length
        except OverflowError:
            return


def _weekly(first: datetime, since: datetime, step: int, found: dict[str, str]) -> Iterator[datetime]:
    week_start = _WEEKDAYS.index(found.get("WKST", "MO"))
    days = sorted((_WEEKDAYS.index(day) - week_start) % 7 for day in set(found["BYDAY"].split(",")))
    length = step * _WEEK
    try:
        week = first - ((first.weekday() - week_start) % 7) * _DAY
        week += max(0, (since - week) // length) * length
        while True:
            for day in days:
                at = week + day * _DAY
                if at >= first and at >= since:
                    yield at
            week += length
    except OverflowError:
        return


def _monthly(first: datetime, since: datetime, step: int, day: int) -> Iterator[datetime]:
    """On the same day of every `step`th month; months without it are passed over."""
    for year, month in _months(first, since, step):
        if day <= 28 or day <= monthrange(year, month)[1]:
            at = first.replace(year=year, month=month, day=day)
            if at >= first and at >= since:
                yield at


def _monthly_weekday(first: datetime, since: datetime, step: int, nth: tuple[int, int]) -> Iterator[datetime]:
    place, weekday = nth
    for year, month in _months(first, since, step):
        begins_on, length = monthrange(year, month)
        day = 1 + (weekday - begins_on) % 7 + 7 * (place - 1)
        if place < 0:
            last = length - (begins_on + length - 1 - weekday) % 7
            day = last + 7 * (place + 1)
        if 1 <= day <= length:
            at = first.replace(year=year, month=month, day=day)
            if at >= first and at >= since:
                yield at


def _months(first: datetime, since: datetime, step: int) -> Iterator[tuple[int, int]]:
    begin = first.year * 12 + first.month - 1
    ahead = since.year * 12 + since.month - 1 - begin
    for index in count(begin + max(0, ahead // step) * step, step):
        if index >= 12 * 10_000:
            return
        yield index // 12, index % 12 + 1
