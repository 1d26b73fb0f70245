"""Days and times in the few words that a line of the screen has room for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tools.date_language.moment import DAYS, MONTHS


def short_day(day: date, today: date) -> str:
    """ "today", "Fri 27 Nov", "27 Nov 2025": at most eleven characters."""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((day - today).days)
    if near:
        return near
    month = MONTHS[day.month - 1][:3]
    return f"{DAYS[day.weekday()][:3]} {day.day} {month}" if day.year == today.year else f"{day.day} {month} {day.year}"


def long_day(day: date, today: date) -> str:
    """ "Friday 27 November", with the year when it is another one."""
    words = f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def short_moment(moment: datetime, now: datetime) -> str:
    """ "today 15:02", "Fri 27 Nov 15:02", on the clock of `now`."""
    moment = moment.astimezone(now.tzinfo)
    return f"{short_day(moment.date(), now.date())} {moment:%H:%M}"


def short_when(moment: datetime, now: datetime) -> str:
    """ "15:02" of today, else the day, on the clock of `now`: at most eleven characters."""
    moment = moment.astimezone(now.tzinfo)
    return f"{moment:%H:%M}" if moment.date() == now.date() else short_day(moment.date(), now.date())


def days_between(first: date, last: date) -> str:
    """ "23 – 29 November 2026", "30 November – 6 December 2026": a title."""
    month, last_words = MONTHS[first.month - 1], f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first.year != last.year:
        return f"{first.day} {month} {first.year} – {last_words}"
    return f"{first.day} – {last_words}" if first.month == last.month else f"{first.day} {month} – {last_words}"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
