"""All phrases the pocket model learns to copy: each pattern, with its inner values, is understood or asked back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools.date_language import (
    Moment,
    NotUnderstood,
    Unclear,
    resolve_duration,
    resolve_end,
    resolve_repeats,
    resolve_span,
    resolve_start,
)
from tools.date_language.language import LANGUAGES

FOLDER = Path(__file__).parents[2] / "packaging" / "pocket" / "phrasings"
NOW = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin"))
NUMBERS = {
    "day": [str(day) for day in range(1, 29)],
    "year": ["2024", "2025", "2026", "2027", "2028", "2029"],
    "small": [str(count) for count in range(2, 11)],
    "hour12": [str(hour) for hour in range(1, 13)],
    "hour24": [str(hour) for hour in range(7, 23)],
    "minute": ["00", "05", "10", "15", "20", "30", "40", "45", "50"],
}
"""What the generator of the pocket model's examples fills in (packaging/pocket/slots.py)."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the phrasings of the pocket model are not here")


def pools(code: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((FOLDER / code / "pools.toml").read_text("utf-8"))
    return found


def filled(pattern: str, pool: dict[str, list[str]], at: int) -> str:
    """The pattern with one of the values of each slot."""
    return re.sub(
        r"\{(\w+)\}", lambda slot: (values := NUMBERS.get(slot[1]) or pool[f"{slot[1]}s"])[at % len(values)], pattern
    )


def all_filled(pattern: str, pool: dict[str, list[str]]) -> Iterator[str]:
    """The pattern so often that each value of each slot occurs."""
    for at in range(28 if "{" in pattern else 1):
        yield filled(pattern, pool, at)


def refused(resolve: Callable[[str], object], texts: Iterator[str]) -> list[str]:
    """The texts that are neither understood nor asked back. A day that does not exist may be refused."""
    found = []
    for text in texts:
        try:
            resolve(text)
        except Unclear as unclear:
            if not unclear.readings:
                found.append(text)
        except NotUnderstood as problem:
            if "no time that exists" not in problem.message:
                found.append(text)
    return found


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("pool_name", ["dates", "times", "ends", "durations", "repeats", "points_in_time", "spans"])
def test_every_pattern_is_understood(code, pool_name):
    resolvers = {
        "ends": lambda text: resolve_end(text, Moment(NOW.date(), NOW), [code]),
        "durations": lambda text: resolve_duration(text, [code]),
        "repeats": lambda text: resolve_repeats(text, [code]),
        "points_in_time": lambda text: resolve_span(text, NOW, [code], tense="past"),
        "spans": lambda text: resolve_span(text, NOW, [code]),
    }
    resolve = resolvers.get(pool_name, lambda text: resolve_start(text, NOW, [code]))
    pool = pools(code)
    assert refused(resolve, (text for pattern in pool[pool_name] for text in all_filled(pattern, pool))) == []


def readings(text: str, code: str) -> tuple[list[Moment], str]:
    """All that a start can be, and why it is asked back if that is said."""
    try:
        return [resolve_start(text, NOW, [code])], ""
    except Unclear as unclear:
        return list(unclear.readings), unclear.why
    except NotUnderstood:
        return [], ""


@cache
def days_of(text: str, code: str) -> set[date]:
    """The days that a date can be, and those after them, which its nights reach into."""
    return {day + timedelta(days=more) for day in (found.day for found in readings(text, code)[0]) for more in (0, 1)}


@cache
def times_of(text: str, code: str) -> set[time]:
    """The times that a time can be on a day that is said beyond doubt."""
    return {found.at.time() for found in readings(f"2027-12-01 {text}", code)[0] if found.at}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_date_goes_with_every_time(code):
    """Together they come to the day and the time that they are alone, or at least one thing asked back does."""
    pool = pools(code)
    for number, date_pattern in enumerate(pool["dates"]):
        for other, time_pattern in enumerate(pool["times"]):
            day, at = filled(date_pattern, pool, number), filled(time_pattern, pool, other + number % 3)
            text = f"{day} {at}" if (number + other) % 2 else f"{at} {day}"
            found, why = readings(text, code)
            right = [each for each in found if each.day in days_of(day, code) and each.at.time() in times_of(at, code)]
            assert right or not days_of(day, code), text
            assert len(found) > 1 or why or right == found, text


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_phrase_means_the_same_when_all_languages_listen(code):
    pool = pools(code)
    for pattern in pool["dates"]:
        text = filled(pattern, pool, 3)
        try:
            alone = resolve_start(text, NOW, [code])
        except (Unclear, NotUnderstood):
            continue
        try:
            assert resolve_start(text, NOW).isoformat() == alone.isoformat()
        except Unclear as unclear:
            assert alone.isoformat() in [reading.isoformat() for reading in unclear.readings]
