"""Meanings that are lengths of time."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from tools.date_language.context import Context, Impossible, Readings, meaning, one

type Length = Readings[timedelta]


@meaning
def minutes(_: Context, count: int) -> Length:
    return one(timedelta(minutes=count))


@meaning
def hours(_: Context, count: int | str, more: int = 0) -> Length:
    """So many hours, whole or decimal, and minutes."""
    whole = Fraction(count) * 60
    if whole.denominator != 1 or not 0 <= more < 60:
        raise Impossible
    return one(timedelta(minutes=int(whole) + more))


@meaning
def length_days(_: Context, count: int) -> Length:
    return one(timedelta(days=count))


@meaning
def length_weeks(_: Context, count: int) -> Length:
    return one(timedelta(weeks=count))


@meaning
def less(_: Context, length: Length, count: int) -> Length:
    """Minutes taken off: Hindi पौने दो घंटे, a quarter to two hours."""
    return length.map(lambda value: value - timedelta(minutes=count))


@meaning
def half_day(_: Context) -> Length:
    """Half a day, a morning, an afternoon: some hours, which are asked back."""
    return Readings((timedelta(hours=4), timedelta(hours=3), timedelta(hours=12)), "half a day is no certain length")
