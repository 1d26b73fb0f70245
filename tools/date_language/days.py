"""Meanings that are days.

Weeks begin on Monday. What different speakers of one language mean differently gives both days: "next Friday" is the
coming one for some and that of the next week for others, and so is "letzten Freitag"; the words that all agree on ("the
coming", "kommenden", "qui vient") give one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from tools.date_language.context import Context, Impossible, Readings, meaning, one, together

type Days = Readings[date]
WEEK = timedelta(days=7)


def readings(*days: date, why: str = "") -> Days:
    return together((one(day) for day in days), why)


@meaning
def add(_: Context, *numbers: int) -> int:
    return sum(numbers)


@meaning
def in_days(context: Context, count: int) -> Days:
    return one(context.today + timedelta(days=count))


@meaning
def in_weeks(context: Context, count: int) -> Days:
    return one(context.today + count * WEEK)


@meaning
def fortnight(context: Context) -> Days:
    """Fifteen days, as many languages call two weeks."""
    return readings(context.today + 2 * WEEK, context.today + timedelta(days=15), why="two weeks or fifteen days")


@meaning
def in_months(context: Context, count: int) -> Days:
    return one(context.today + relativedelta(months=count))


@meaning
def in_years(context: Context, count: int) -> Days:
    return one(context.today + relativedelta(years=count))


@meaning
def ago(context: Context, unit: str, count: int) -> Days:
    return {"days": in_days, "weeks": in_weeks, "months": in_months, "years": in_years}[unit](context, -count)


@meaning
def near(context: Context, count: int) -> Days:
    """Hindi कल and परसों: so many days ahead or back, as the tense has it."""
    before, after = (context.today + timedelta(days=sign * count) for sign in (-1, 1))
    if context.tense:
        return one(before if context.past else after)
    return readings(before, after)


@meaning
def coming(context: Context, weekday: int) -> Days:
    """A weekday as such: the coming one, or the last one in the past. On that very day it can be that or another."""
    ahead = (weekday - context.today.weekday()) % 7
    if ahead == 0:
        return readings(context.today, context.today + (-WEEK if context.past else WEEK))
    return one(context.today + timedelta(days=ahead - 7 if context.past else ahead))


@meaning
def soonest(context: Context, weekday: int) -> Days:
    """The weekday after today that comes first."""
    return one(context.today + timedelta(days=(weekday - context.today.weekday() - 1) % 7 + 1))


@meaning
def this(context: Context, weekday: int) -> Days:
    """The one of this week. If it is over, a start is a week later; if it is still to come, the past is asked back."""
    own = week_day(context, weekday, 0).values[0]
    if own < context.today and not context.past:
        return one(own + WEEK) if context.tense else readings(own, own + WEEK)
    if own > context.today and context.past:
        return readings(own - WEEK, own)
    return one(own)


@meaning
def next_(context: Context, weekday: int, more: int = 0) -> Days:
    """The coming one or that of the next week, which are the same on some days; `more` weeks later."""
    both = soonest(context, weekday).values + week_day(context, weekday, 1).values
    return readings(*(day + more * WEEK for day in both))


@meaning
def last(context: Context, weekday: int) -> Days:
    """The one just gone or that of the last week."""
    back = (context.today.weekday() - weekday - 1) % 7 + 1
    return readings(context.today - timedelta(days=back), *week_day(context, weekday, -1).values)


@meaning
def week_day(context: Context, weekday: int, weeks: int) -> Days:
    """A weekday of the week so many weeks from this one."""
    return one(context.today + timedelta(days=weekday - context.today.weekday()) + weeks * WEEK)


@meaning
def weekday_after(context: Context, weekday: int, weeks: int) -> Days:
    """So many weeks after the coming one: "Friday week", "vendredi en huit"."""
    return one(soonest(context, weekday).values[0] + weeks * WEEK)


@meaning
def weekday_in(context: Context, weekday: int, weeks: int) -> Days:
    """ "Friday in two weeks": counted from the coming Friday, or from this week."""
    return together((weekday_after(context, weekday, weeks), week_day(context, weekday, weeks)))


@meaning
def day_later(_: Context, day: Days, days: int) -> Days:
    return day.map(lambda value: value + timedelta(days=days))


@meaning
def date_(context: Context, day: int, month: int) -> Days:
    """A day of a month without a year: the next one that exists, or the last one in the past."""
    return one(_nearest(context, (_maybe(year, month, day) for year in _years(context))))


@meaning
def date_in(context: Context, day: int, month: int, year: int) -> Days:
    return together(one(date(full, month, day)) for full in era(context, year))


@meaning
def in_year(context: Context, day: int, month: int, years: int) -> Days:
    """A day of a month of next year, this year, last year."""
    return one(date(context.today.year + years, month, day))


@meaning
def numeric(context: Context, first: int, second: int) -> Days:
    """3/4, as the language reads it, or both ways."""
    return together(date_(context, day, month) for day, month in _orders(context, first, second))


@meaning
def numeric_in(context: Context, first: int, second: int, year: int) -> Days:
    return together(date_in(context, day, month, year) for day, month in _orders(context, first, second))


@meaning
def of_month(context: Context, day: int, months: int | None = None) -> Days:
    """The 15th: the next one that exists, or that of the month so many months from this one."""
    if months is not None:
        return one((context.today.replace(day=1) + relativedelta(months=months)).replace(day=day))
    step = -1 if context.past else 1
    first = context.today.replace(day=1)
    found = ((first + relativedelta(months=step * count)) for count in range(13))
    return one(_nearest(context, (_maybe(month.year, month.month, day) for month in found)))


@meaning
def weekday_of(context: Context, weekday: int, day: Days) -> Days:
    """A date with its weekday. If they do not agree, both are offered."""
    return day.then(lambda value: _agreed(weekday, value))


@meaning
def weekday_the(context: Context, weekday: int, day: int) -> Days:
    """ "Friday the 14th": the next 14th, if it is a Friday."""
    return weekday_of(context, weekday, of_month(context, day))


@meaning
def nth(context: Context, count: int, weekday: int, month: int) -> Days:
    """The first, second, last (-1) weekday of a month."""
    days = (_nth(count, weekday, date(year, month, 1)) for year in _years(context))
    return one(_nearest(context, days))


@meaning
def nth_in(context: Context, count: int, weekday: int, months: int) -> Days:
    """The same in the month so many months from this one."""
    return one(_nth(count, weekday, context.today.replace(day=1) + relativedelta(months=months)))


@meaning
def month_end(context: Context, months: int) -> Days:
    return one(context.today + relativedelta(months=months + 1, day=1, days=-1))


@meaning
def easter_(context: Context) -> Days:
    return one(_nearest(context, (easter(year) for year in _years(context))))


@meaning
def carnival(context: Context) -> Days:
    """Shrove Tuesday, 47 days before Easter."""
    return one(_nearest(context, (easter(year) - timedelta(days=47) for year in _years(context))))


LUNAR = {
    "diwali": ("2024-10-31", "2025-10-20", "2026-11-08", "2027-10-29", "2028-10-17", "2029-11-05"),
    "holi": ("2024-03-25", "2025-03-14", "2026-03-04", "2027-03-22", "2028-03-11", "2029-03-01"),
}
"""Feasts of the Hindu calendar as India's public holidays have them; regions differ by a day."""


@meaning
def feast(context: Context, name: str) -> Days:
    """A feast of a calendar that is not counted here: always asked back."""
    known = sorted((date.fromisoformat(day) for day in LUNAR[name]), reverse=context.past)
    return readings(_nearest(context, known), why="it can differ by region")


def era(context: Context, year: int) -> tuple[int, ...]:
    """The years of our era that a written year can be; two digits are of this century."""
    if context.buddhist and year < 100:
        return 2000 + year, 2500 + year - 543
    if context.buddhist and year >= 2400:
        return (year - 543,)
    return (2000 + year,) if year < 100 else (year,)


def _agreed(weekday: int, day: date) -> Days:
    off = (weekday - day.weekday() + 3) % 7 - 3
    if off == 0:
        return one(day)
    return readings(day, day + timedelta(days=off), why="the weekday and the date do not agree")


def _orders(context: Context, first: int, second: int) -> tuple[tuple[int, int], ...]:
    """Day and month of two numbers: a number over 12 settles it, then the language."""
    if max(first, second) > 12:
        return ((max(first, second), min(first, second)),)
    day_first, month_first = (first, second), (second, first)
    return {True: (month_first,), False: (day_first,), None: (day_first, month_first)}[context.month_first]


def _years(context: Context) -> range:
    """This year and those ahead or behind; a 29 February needs up to eight."""
    year = context.today.year
    return range(year, max(year - 9, 1), -1) if context.past else range(year, min(year + 9, 9999))


def _nearest(context: Context, days: Iterable[date | None]) -> date:
    """The first that is not yet over, or not yet to come in the past."""
    fits = (day for day in days if day and (day <= context.today if context.past else day >= context.today))
    for day in islice(fits, 1):
        return day
    raise Impossible


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nth(count: int, weekday: int, first: date) -> date:
    after = first + relativedelta(months=1)
    if count < 0:
        found = after - timedelta(days=(after.weekday() - weekday - 1) % 7 + 1) + (count + 1) * WEEK
    else:
        found = first + timedelta(days=(weekday - first.weekday()) % 7) + (count - 1) * WEEK
    if not first <= found < after:
        raise Impossible
    return found
