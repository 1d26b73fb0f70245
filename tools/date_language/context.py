"""What a meaning needs to know to become a time, and what it becomes: one or several readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tools.date_language.grammar import Arg, Term
from tools.date_language.moment import Tense


class Impossible(Exception):
    """A meaning that is none: the 30th of February, 13 pm."""


@dataclass(frozen=True)
class Readings[T]:
    """The values that something can have. Even one is asked back if there is a reason `why`."""

    values: tuple[T, ...]
    why: str = ""

    def map[U](self, change: Callable[[T], U]) -> Readings[U]:
        return Readings(tuple(change(value) for value in self.values), self.why)

    def then[U](self, change: Callable[[T], Readings[U]]) -> Readings[U]:
        return together((change(value) for value in self.values), self.why)


def one[T](value: T) -> Readings[T]:
    return Readings((value,))


def together[T](several: Iterable[Readings[T]], why: str = "") -> Readings[T]:
    """All readings of several, each once; none of them may be impossible."""
    found: dict[Any, T] = {}
    for readings in several:
        why = why or readings.why
        for value in readings.values:
            found.setdefault(key(value), value)
    if not found:
        raise Impossible
    return Readings(tuple(found.values()), why)


def key(value: Any) -> Any:
    """What tells two values apart. Python calls the two 2:30 of a night in autumn equal; their offsets do not."""
    return value.isoformat() if hasattr(value, "isoformat") else value


@dataclass(frozen=True)
class Context:
    """When and where something was said."""

    now: datetime
    tense: Tense | None = None
    month_first: bool | None = False
    """Whether 3/4 is in March; None if it can be in both."""
    clock_24: bool = True
    """Whether "9:00" alone is in the morning."""
    buddhist: bool = False
    """Whether years may be of the Buddhist era."""

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def past(self) -> bool:
        return self.tense == "past"

    def at(self, day: date, minutes: int = 0) -> Readings[datetime]:
        """So many minutes after the beginning of `day` by the clock here, which may skip that time or show it twice."""
        local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
        first, second = (self.instant(local.replace(tzinfo=self.now.tzinfo, fold=fold)) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return one(first)
        if first.replace(tzinfo=None) != local:
            return Readings((first, second), f"{local:%H:%M} does not exist in that night")
        return Readings((first, second), f"{local:%H:%M} comes twice in that night")

    def begin(self, day: date, minutes: int = 0) -> datetime:
        """The same as an edge of a span: the first instant that the clock shows, or that follows on a skipped one."""
        return self.at(day, minutes).values[0]

    def later(self, length: timedelta) -> datetime:
        """After `length` of elapsed time, whatever the clocks do meanwhile."""
        return (self.now.astimezone(UTC) + length).astimezone(self.now.tzinfo)

    def instant(self, value: datetime) -> datetime:
        return value.astimezone(UTC).astimezone(self.now.tzinfo)


type Meaning = Callable[..., Any]
MEANINGS: dict[str, Meaning] = {}
OF_THE_PAST = {"since"}
"""Meanings whose words tell that a day within them is over: "since Monday"."""


def meaning[F: Meaning](function: F) -> F:
    """Makes a function a meaning that grammars can name; it gets the context and the values of its arguments."""
    MEANINGS[function.__name__.removesuffix("_")] = function
    return function


def value(context: Context, arg: Arg) -> Any:
    """What a term comes to."""
    if not isinstance(arg, Term):
        return arg
    if arg.name in OF_THE_PAST and not context.tense:
        context = replace(context, tense="past")
    try:
        return MEANINGS[arg.name](context, *(value(context, inner) for inner in arg.args))
    except (ValueError, OverflowError) as error:
        raise Impossible from error
