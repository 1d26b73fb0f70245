"""Dates, times of day and weekdays, in any of the ways that people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.folder_summary.claim_forms.lexicon import MONTHS, MONTHS_ALONE, WEEKDAYS
from tools.words import fold

_BUDDHIST_ERA = 543


@dataclass(frozen=True, slots=True)
class Day:
    """One reading of a date; a part that is not said is None. With a weekday alone, only `weekday` is set."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    def says(self, weekday: int) -> bool:
        """Whether it is on that day of the week (1 is Monday), said or worked out."""
        if self.year is None or self.month is None or self.day is None:
            return self.weekday == weekday
        try:
            return date(self.year, self.month, self.day).isoweekday() == weekday
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Date:
    """What a written date can mean: "3/4/2026" has two readings."""

    readings: frozenset[Day]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes; `settled` is False where "3:00" may be in the morning or in the afternoon."""

    minutes: int
    settled: bool

    def agrees(self, other: Clock) -> bool:
        if self.settled and other.settled:
            return self.minutes == other.minutes
        return self.minutes % 720 == other.minutes % 720


# `\b` sees no end of a word after the vowel signs of Hindi, and Thai puts no space around words.
_BEGIN = r"(?<![a-z\u00df-\u024f\u0900-\u0963])"
_END = r"(?![a-z\u00df-\u024f\u0900-\u0963])"


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"


_MONTH = _any_of(MONTHS)
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_OF = r"(?:\s*-\s*|\s+(?:of|de|di|do|du)\s+|\s+|(?<=\.))"
_YEAR = r"(?:(?:,?\s*-?\s*|,?\s+(?:of|de|del|do|ค\.ศ\.|พ\.ศ\.)\s+)(?P<{0}>\d{{4}})(?!\d))"
_DATE = re.compile(
    r"(?<![\d.,/-])(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?![\d/-])"
    r"|(?<![\d.,/-])(?P<a2>\d{1,2})(?P<sep>[./-])(?P<b2>\d{1,2})(?P=sep)(?P<y2>\d{4}|\d{2})?(?![\d/-])"
    rf"|(?<![\d.,])(?P<d3>\d{{1,2}}){_ORDINAL}{_OF}(?P<m3>{_MONTH}){_END}\.?{_YEAR.format('y3')}?"
    rf"|{_BEGIN}(?P<m4>{_MONTH}){_END}\.?\s+(?P<d4>\d{{1,2}})(?![\d.,:]*\d|\s*%)(?:st|nd|rd|th)?{_YEAR.format('y4')}?"
    rf"|{_BEGIN}(?P<m5>{_MONTH}){_END}\.?{_YEAR.format('y5')}"
    r"|(?:(?P<y6>\d{4})\s*年\s*)?(?P<m6>\d{1,2})\s*月(?!間|间)(?:\s*(?P<d6>\d{1,2})\s*[日号號])?"
    rf"|{_BEGIN}(?P<m7>{_MONTH}){_END}",
)
_TIME = re.compile(
    r"(?<![\d.,:/])(?P<h1>\d{1,2})(?:[:h](?P<min>\d{2}))?\s*(?P<half>[ap])\.?\s?m\b"
    r"|(?<![\d.,:/])(?P<h2>[01]?\d|2[0-4])(?::|(?<=\d)h)(?P<min2>[0-5]\d)(?![\d:])(?::[0-5]\d)?"
)
_WEEKDAY = re.compile(_BEGIN + _any_of(WEEKDAYS) + _END)
_SHORTEST_WEEKDAY = 5
"""Letters. "sun", "sat" and "mon" are words of their own."""


def find_moments(text: str) -> Iterator[tuple[int, int, Date | Clock]]:
    """The dates and times in `text` with their spans; months alone only where they cannot be another word."""
    folded = _fold_in_place(text)
    for match in _DATE.finditer(folded):
        if readings := _readings(match, text):
            yield match.start(), match.end(), Date(readings)
    for match in _TIME.finditer(folded):
        if clock := _clock(match):
            yield match.start(), match.end(), clock
    for match in _WEEKDAY.finditer(folded):
        if len(match.group()) >= _SHORTEST_WEEKDAY or text[match.start()].isupper():
            yield match.start(), match.end(), Date(frozenset({Day(weekday=WEEKDAYS[match.group()])}))


def _fold_in_place(text: str) -> str:
    """`text` folded character by character, so that every character stays where it is."""
    if text.isascii():
        return text.lower()
    return "".join(folded if len(folded := fold(sign)) == 1 else sign for sign in text)


def _readings(match: re.Match[str], text: str) -> frozenset[Day]:
    """The dates that the match can mean; none when it is no date after all."""
    if match["a2"]:
        year = _year(match["y2"])
        if year is None and match["sep"] != ".":
            return frozenset()
        first, second = int(match["a2"]), int(match["b2"])
        pairs = {(first, second), (second, first)} if match["sep"] == "/" else {(first, second)}
        return frozenset(Day(year, month, day) for day, month in pairs if _possible(month, day))
    if match["m7"] and not (match["m7"] in MONTHS_ALONE and not text[match.start()].islower()):
        return frozenset()
    if match["m4"] and text[match.start()].islower() and match["m4"] in {"may", "march", "mars", "mar"}:
        return frozenset()
    in_year, in_month, on_day = (_first(match, letter) for letter in "ymd")
    month = MONTHS.get(in_month or "") or int(in_month or 0)
    if not _possible(month, int(on_day or 1)):
        return frozenset()
    return _with_other_era(Day(_year(in_year), month, int(on_day) if on_day else None))


def _with_other_era(day: Day) -> frozenset[Day]:
    if day.year is not None and 2400 < day.year < 2700:
        return frozenset({day, Day(day.year - _BUDDHIST_ERA, day.month, day.day)})
    return frozenset({day})


def _first(match: re.Match[str], letter: str) -> str | None:
    groups = match.groupdict()
    return next((value for name, value in groups.items() if name[0] == letter and name[1:].isdigit() and value), None)


def _year(written: str | None) -> int | None:
    if not written:
        return None
    year = int(written)
    if len(written) == 2:
        return year + (2000 if year < 70 else 1900)
    return year


def _possible(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _clock(match: re.Match[str]) -> Clock | None:
    hour = int(match["h1"] or match["h2"])
    minute = int(match["min"] or match["min2"] or 0)
    half = match["half"]
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if half:
        return Clock((hour % 12 + (12 if half == "p" else 0)) * 60 + minute, settled=True)
    return Clock(hour % 24 * 60 + minute, settled=hour > 12 or hour == 0)
