"""The numbers that Word draws before paragraphs: "2.1", "(a)", "IV." (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tools.extraction.xml_tree import attribute, child, local_name

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    """ "%1.%2": the number of each level in its place."""


class Numbering:
    """Counts the paragraphs of each list as they pass by."""

    def __init__(self, root: Element | None) -> None:
        """From the root element of word/numbering.xml; without one, no paragraph has a number."""
        self._lists: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for element in root if root is not None else ():
            if local_name(element) == "abstractNum":
                self._levels[attribute(element, "abstractNumId")] = dict(_levels(element))
            elif local_name(element) == "num":
                self._lists[attribute(element, "numId")] = attribute(child(element, "abstractNumId"), "val")

    def label(self, number_id: str, level: int) -> str:
        """What stands before the next paragraph at `level` (0 to 8) of the list `number_id`: "2.1 ", "- " or ""."""
        kind = self._lists.get(number_id, "")
        levels = self._levels.get(kind, {})
        here = levels.get(level)
        if here is None or here.format == "none":
            return ""
        if here.format == "bullet":
            return "  " * level + "- "
        counts = self._counts.setdefault(kind, {})
        counts[level] = counts.get(level, here.start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]

        def shown(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            settings = levels.get(other, here)
            return _in_format(counts.get(other, settings.start), settings.format)

        text = re.sub(r"%([1-9])", shown, here.text)
        return f"{text} " if text else ""


def _levels(element: Element) -> list[tuple[int, _Level]]:
    found = []
    for level in element:
        if local_name(level) == "lvl":
            start = _number(attribute(child(level, "start"), "val"), 1)
            format_ = attribute(child(level, "numFmt"), "val")
            text = attribute(child(level, "lvlText"), "val")
            found.append((_number(attribute(level, "ilvl"), 0), _Level(start, format_, text)))
    return found


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else otherwise


def _in_format(number: int, format_: str) -> str:
    if format_ in ("lowerLetter", "upperLetter") and number > 0:
        letter = "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26] * min(9, (number - 1) // 26 + 1)
        return letter if format_ == "lowerLetter" else letter.upper()
    if format_ in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return _roman(number) if format_ == "lowerRoman" else _roman(number).upper()
    return f"{number:02d}" if format_ == "decimalZero" else str(number)


def _roman(number: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        letters += sign * (number // value)
        number %= value
    return letters
