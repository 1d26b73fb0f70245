"""What a text about time comes to, and the two ways in which it can fail to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from tools.errors import ToolProblem

type Tense = Literal["past", "future"]


@dataclass(frozen=True)
class Moment:
    """A day, or a time on a day with its offset from UTC."""

    day: date
    at: datetime | None = None

    def isoformat(self) -> str:
        return (self.at or self.day).isoformat()

    def __str__(self) -> str:
        return said(self.at or self.day)


class Span(NamedTuple):
    """From `start` until just before `end`, both with their offset from UTC."""

    start: datetime
    end: datetime

    def isoformat(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    def __str__(self) -> str:
        return f"{said(self.start)} until {said(self.end)}"


type Answer = Moment | Span | timedelta | str


class DateProblem(ToolProblem):
    """A text about time that has no single meaning."""


class NotUnderstood(DateProblem):
    """A text with words that mean no time."""

    title = "That time was not understood"


class NotHeard(NotUnderstood):
    """A text that says no time in the languages that were tried."""


class Unclear(DateProblem):
    """A text that can mean several times; `readings` are what to ask back, the likeliest first."""

    title = "That time can mean several things"

    def __init__(self, text: str, readings: tuple[Answer, ...], why: str = "") -> None:
        self.text, self.readings, self.why = text, readings, why
        offered = [str(reading) for reading in readings[:4]]
        listed = " or ".join([", ".join(offered[:-1]), offered[-1]] if len(offered) > 1 else offered)
        reason = f" ({why})" if why else ""
        super().__init__(f"“{text}” can mean {listed}{reason}.", hint="Say which one is meant.")


def said(value: date | datetime) -> str:
    """A day or a time for a person.

    >>> said(datetime(2026, 11, 27, 15))
    'Friday 27 November 2026, 15:00'
    """
    name = f"{DAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]} {value.year}"
    if not isinstance(value, datetime):
        return name
    zone = f" ({value:%z})" if doubled(value) else ""
    return f"{name}, {value:%H:%M}{zone}"


def doubled(value: datetime) -> bool:
    """Whether the clock shows this time twice, as on a night in which summer time ends."""
    return value.replace(fold=0).utcoffset() != value.replace(fold=1).utcoffset()


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
