"""Numbers with what they count: percentages, money, measures, plain counts, in digits or in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.folder_summary.claim_forms.lexicon import (
    MULTIPLIERS,
    NUMBER_WORDS,
    ORDINAL_ENDINGS,
    ORDINAL_WORDS,
    UNITS,
)
from tools.stopwords import STOPWORDS
from tools.words import fold

THINGS = "things"
"""The unit of a number that counts something that is no measure: "12 people"."""
ORDINAL = "ordinal"

_SPACED_GROUPS = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"
_NUMBER = re.compile(
    r"(?<![A-Za-z\u00c0-\u024f\d_])(?<!\d[.,])(?<![A-Z]-)"
    r"(?P<sign>(?:US|us|R)?[$€£¥₹฿][ \u00a0]?|\b[A-Za-z]{2,3}\.?[ \u00a0](?=\d))?"
    rf"(?P<digits>{_SPACED_GROUPS}|\d+(?:[.,'’٬٫]\d+)*)"
    r"(?P<ending>[A-Za-z\u00c0-\u024fºª]+)?"
)
_WRITTEN = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u0e31-\u0e4e])*")
_PARENTHESIS = re.compile(r"\s*\([^()]{1,30}\)")
_PERCENT = re.compile(r"\s*(?:per\s?cento?|pour\s?cent|por\s?(?:ciento|cento))\b")
_NEXT = re.compile(rf"\s*[-)'’]?\s*([%$€£¥₹฿°]|{_WRITTEN.pattern})")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_SCALES = {"hundred": Decimal(100), "thousand": Decimal(1000)}
_WORDS_TO_UNIT = 3
"""How many words after a number may hold its unit: "30 consecutive calendar days"."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number: the values it can mean ("1.234" has two) and its unit, None when nothing is said."""

    values: frozenset[Decimal]
    unit: str | None = None

    def stands_for(self, said: Amount) -> bool:
        """Whether this amount of a source bears out the one that is `said`."""
        return bool(self.values & said.values) and self._same_unit(said.unit)

    def _same_unit(self, unit: str | None) -> bool:
        if self.unit == unit or (unit == ORDINAL and self.unit is None):
            return True
        return ORDINAL not in (self.unit, unit) and (self.unit is None or unit is None)


def find_amounts(text: str) -> Iterator[tuple[int, int, Amount]]:
    """The amounts in `text` with their spans, in digits and in words."""
    plain = ascii_digits(text)
    for match in _NUMBER.finditer(plain):
        found = _in_digits(plain, match)
        if found:
            yield found
    yield from _in_words(plain)


def ascii_digits(text: str) -> str:
    """`text` with the digits of every script as ASCII digits, each character in its place."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _in_digits(text: str, match: re.Match[str]) -> tuple[int, int, Amount] | None:
    values = _values(match["digits"])
    ending = fold(match["ending"] or "")
    if not values or not (ending in {"", "m"} or ending in UNITS or ending in MULTIPLIERS or ending in ORDINAL_ENDINGS):
        return None
    sign = fold(match["sign"] or "").strip().rstrip(".")
    start = match.start() if sign in UNITS else match.start("digits")
    start -= text.startswith(")", match.end("digits")) and text[:start].endswith("(")
    if ending in ORDINAL_ENDINGS:
        return start, match.end(), Amount(values, ORDINAL)
    if ending == "m":  # metres or millions
        return start, match.end(), Amount(values | {value * 1_000_000 for value in values}, UNITS.get(sign))
    factor, unit, end = _measure(text, match.end("digits"))
    return start, end, Amount(frozenset(value * factor for value in values), UNITS.get(sign) or unit)


def _values(digits: str) -> frozenset[Decimal]:
    """What the digits can mean, as thousands are set off by a point in one country and by a comma in another."""
    number = digits.translate({0x2019: "'", 0x66C: ",", 0x66B: ".", 0xA0: " ", 0x202F: " "})
    if re.fullmatch(r"\d+", number):
        return frozenset({Decimal(number)})
    grouped = re.fullmatch(r"(\d{1,3}(?:([ ',.])\d{3})(?:\2\d{3})*|\d{1,2}(?:,\d{2})+,\d{3})(?:([.,])(\d+))?", number)
    if grouped and grouped[3] != grouped[2] and not number.startswith("0"):
        whole = Decimal(f"{re.sub(r'[^0-9]', '', grouped[1])}.{grouped[4] or 0}")
        # "1.234" is a decimal where the point is the decimal sign; "1,000" and "1.000" are thousands everywhere.
        if re.fullmatch(r"\d{1,3}\.\d{3}", number) and not number.endswith("000"):
            return frozenset({whole, Decimal(number)})
        return frozenset({whole})
    if re.fullmatch(r"\d+[.,]\d+", number):
        return frozenset({Decimal(number.replace(",", "."))})
    return frozenset()


def _measure(text: str, start: int) -> tuple[Decimal, str | None, int]:
    """The multiplier and the unit in the words after a number, and where they end."""
    parenthesis = _PARENTHESIS.match(text, start)
    place = parenthesis.end() if parenthesis else start
    if percent := _PERCENT.match(text, place):
        return Decimal(1), "percent", percent.end()
    factor, end, counted = Decimal(1), start, False
    for _ in range(_WORDS_TO_UNIT):
        match = _NEXT.match(text, place, place + 40)
        if not match:
            break
        written = match[1]
        unspaced = _longest_unspaced(written) if _UNSPACED.match(written) else written
        word = fold(unspaced)
        place = match.start(1) + len(unspaced)
        if word in UNITS:
            return factor, UNITS[word], place
        if word in MULTIPLIERS and not counted:
            factor, end = factor * MULTIPLIERS[word], place
            place += text.startswith(".", place) and len(word) <= 3
        elif word in STOPWORDS and not (word in {"de", "di", "d"} and factor > 1):
            break
        elif word not in {"de", "di", "d"}:
            if _UNSPACED.match(written) or written[0].isupper():
                break
            counted = True
    return factor, THINGS if counted else None, end


def _longest_unspaced(run: str) -> str:
    """The unit or multiplier that a run without spaces begins with, or its first character."""
    known = (run[:length] for length in range(min(len(run), 8), 0, -1))
    return next((part for part in known if fold(part) in UNITS or fold(part) in MULTIPLIERS), run[0])


def _in_words(text: str) -> Iterator[tuple[int, int, Amount]]:
    """Runs of number words: "twenty-five", "three hundred and ten"; ordinals from the third on."""
    run: list[Decimal] = []
    start = end = 0
    for match in _WRITTEN.finditer(text):
        word = match.group().lower()
        if word == "and" and run and run[-1] >= 100:
            continue
        number = Decimal(NUMBER_WORDS[word]) if word in NUMBER_WORDS else _SCALES.get(word) if run else None
        if run and (number is None or not _goes_on(run[-1], number, text[end : match.start()])):
            yield _written(text, start, end, run)
            run = []
        if number is not None:
            start = start if run else match.start()
            run, end = [*run, number], match.end()
        elif word in ORDINAL_WORDS:
            yield match.start(), match.end(), Amount(frozenset({Decimal(ORDINAL_WORDS[word])}), ORDINAL)
    if run:
        yield _written(text, start, end, run)


def _goes_on(last: Decimal, number: Decimal, between: str) -> bool:
    """Whether both are parts of one number in words: "twenty five", "two hundred", "hundred and ten"."""
    if between.strip(" -\n").removeprefix("and"):
        return False
    return number >= 100 or last >= 100 or (20 <= last < 100 and 0 < number < 10)


def _written(text: str, start: int, end: int, run: list[Decimal]) -> tuple[int, int, Amount]:
    total = part = Decimal(0)
    for number in run:
        if number < 100:
            part += number
        elif number == 100:
            part *= number
        else:
            total, part = total + part * number, Decimal(0)
    factor, unit, measured = _measure(text, end)
    # "thirty (30) days": the number in digits is an amount of its own.
    until = end if _PARENTHESIS.match(text, end) else measured
    return start, until, Amount(frozenset({(total + part) * factor}), unit)
