"""Meanings that are repetitions: rules of iCalendar (RFC 5545, 3.3.10). A part of the day in them is the start's."""

from __future__ import annotations

from tools.date_language.context import Context, Impossible, Readings, meaning, one

type Rule = Readings[str]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = {"days": "DAILY", "weeks": "WEEKLY", "months": "MONTHLY", "years": "YEARLY"}


@meaning
def every(_: Context, unit: str, count: int = 1) -> Rule:
    if count < 1:
        raise Impossible
    if unit == "days" and count % 7 == 0:
        unit, count = "weeks", count // 7
    return one(f"FREQ={FREQUENCIES[unit]}" + (f";INTERVAL={count}" if count > 1 else ""))


@meaning
def every_weekday(context: Context, weekday: int, weeks: int = 1) -> Rule:
    return every(context, "weeks", weeks).map(lambda rule: f"{rule};BYDAY={DAYS[weekday]}")


@meaning
def every_days(_: Context, first: int, last: int) -> Rule:
    """From a weekday to another: every working day, from Monday to Friday."""
    length = (last - first) % 7 + 1
    return one("FREQ=WEEKLY;BYDAY=" + ",".join(DAYS[(first + count) % 7] for count in range(length)))


@meaning
def every_nth(_: Context, count: int, weekday: int) -> Rule:
    """The first (1) or last (-1) weekday of every month."""
    if not (-1 <= count <= 5 and count):
        raise Impossible
    return one(f"FREQ=MONTHLY;BYDAY={count}{DAYS[weekday]}")


@meaning
def every_month_day(_: Context, day: int) -> Rule:
    """The so-manieth of every month; -1 is its last day."""
    return one(f"FREQ=MONTHLY;BYMONTHDAY={day}")


@meaning
def twice(_: Context, unit: str) -> Rule:
    """Twice a month, a year, a week: it is not said when."""
    offered = {
        "weeks": ("FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=WEEKLY;BYDAY=TU,FR"),
        "months": ("FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        "years": ("FREQ=MONTHLY;INTERVAL=6",),
    }
    return Readings(offered[unit], "it is not said on which days")


@meaning
def biweekly(_: Context) -> Rule:
    return Readings(("FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,TH"), "every two weeks, or twice a week")


@meaning
def every_fortnight(_: Context) -> Rule:
    """Every fifteen days, as many languages call two weeks."""
    return Readings(("FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;INTERVAL=15"), "two weeks or fifteen days")
