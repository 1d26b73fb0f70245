"""Meanings that are times of a day, as minutes after its beginning, and parts of the day.

A 24-hour clock that is written out ("15:00", "9 Uhr", "9h", "09:00") says which half of the day it is, except from one
to six where both are asked: few appointments are at three in the night, and many people write "3:30" for the afternoon.
A bare number or a word ("at 3", "um drei", "alle nove") says where the hand stands and leaves both halves open, and so
do English and Hindi hours without am or pm. A part of the day ("in the evening") settles it.
"""

from __future__ import annotations

from typing import NamedTuple

from tools.date_language.context import Context, Impossible, Readings, meaning, one, together

type Clock = Readings[int]
HOUR, HALF_DAY, DAY = 60, 720, 1440


class Part(NamedTuple):
    """A part of the day in hours, past 24 into the night: when it begins and ends, and which hours are said with it."""

    start: int
    end: int
    first: int
    last: int


@meaning
def part(_: Context, start: int, end: int, first: int | None = None, last: int | None = None) -> Part:
    return Part(start, end, start if first is None else first, end if last is None else last)


@meaning
def sharp(_: Context, hour: int, minute: int = 0) -> Clock:
    """A time that can only be this one. 24:00 is the end of the day."""
    if not 0 <= hour * HOUR + minute <= DAY or minute >= HOUR:
        raise Impossible
    return one(hour * HOUR + minute)


@meaning
def written(context: Context, hour: int, minute: int = 0) -> Clock:
    """Digits with a sign that they are a clock's."""
    low = 7 if context.clock_24 else 13
    return sharp(context, hour, minute) if hour == 0 or hour >= low else hand(context, hour, minute)


@meaning
def hand(context: Context, hour: int, minute: int = 0) -> Clock:
    """Where the hand of a clock with twelve hours stands; hours over twelve say more."""
    if hour == 0 or hour > 12:
        return sharp(context, hour, 0).map(lambda at: at + minute)
    if abs(minute) >= HOUR:
        raise Impossible
    at = (hour * HOUR + minute) % HALF_DAY
    return Readings((at + HALF_DAY, at) if at < 7 * HOUR else (at, at + HALF_DAY))


@meaning
def before(context: Context, hour: int, minute: int) -> Clock:
    """ "Ten to three"."""
    return hand(context, hour, -minute)


@meaning
def am(_: Context, hour: int, minute: int = 0) -> Clock:
    if not 1 <= hour <= 12:
        raise Impossible
    return one(hour % 12 * HOUR + minute)


@meaning
def pm(context: Context, hour: int, minute: int = 0) -> Clock:
    return am(context, hour, minute).map(lambda at: at + HALF_DAY)


@meaning
def shift(_: Context, hour: int, hours: int, low: int, high: int, minute: int = 0) -> Clock:
    """An hour that is counted from another than midnight, as in Thai; only from `low` to `high`."""
    if not low <= hour <= high:
        raise Impossible
    return one((hour + hours) * HOUR + minute)


@meaning
def thai_hour(_: Context, hour: int, minute: int = 0) -> Clock:
    """Hours of which Thai does not say the half of the day: six is both, two to five were of the morning to some."""
    if hour == 6:
        return Readings((6 * HOUR + minute, 18 * HOUR + minute))
    if 2 <= hour <= 5:
        return Readings(((hour + 12) * HOUR + minute, (hour + 6) * HOUR + minute))
    raise Impossible


@meaning
def about(_: Context, readings: Readings[object], why: str = "") -> Readings[object]:
    """Something vague, which is asked back."""
    return Readings(readings.values, why.replace("_", " ") or "it is said vaguely")


@meaning
def within(_: Context, clock: Clock, part: Part) -> Clock:
    """A time of which the part of the day is said as well."""
    return fitting(clock, part)


def fitting(clock: Clock, part: Part) -> Clock:
    """The readings that lie in the part, also as hours of the night after. If none does, it is asked back."""
    fits = [at for at in clock.values if part.first * HOUR <= at <= part.last * HOUR]
    night = [at + DAY for at in clock.values if part.last > 24 and at <= part.last * HOUR - DAY]
    if fits and not night:
        return Readings(tuple(fits), clock.why)
    if night:
        # "At one on Friday night": the night after Friday for most, that before it for some.
        return Readings((*fits, *night, *(at - DAY for at in night)), clock.why)
    other = ((at + HALF_DAY) % DAY + night for at in clock.values for night in (0, DAY))
    meant = (at for at in other if part.first * HOUR <= at <= part.last * HOUR)
    return Readings((*clock.values, *meant), "the time and the part of the day do not agree")


@meaning
def midnight(_: Context) -> Clock:
    """Of a day: its beginning for some, its end for others."""
    return Readings((DAY, 0))


@meaning
def default_times(_: Context, part: Part) -> Clock:
    """What to offer when only a part of the day was said: its middle, and an hour nearer to its beginning."""
    hours = ((part.start + part.end) // 2, part.start + (part.end - part.start) // 3)
    return together((one(hour * HOUR) for hour in hours), "no time was said")
