"""Names of places: where in its file a passage stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from tools.extraction.sections import Place


def at(label: str) -> Place:
    """One name for the whole section: "page 4"."""
    return lambda _start, _end: label


class Lines:
    """ "lines 12-30" of a text; counts on from the last span it was asked for, so that a pass over a text is linear."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._text = text
        self._offset = 0
        self._line = first

    def __call__(self, start: int, end: int) -> str:
        self._line += self._text.count("\n", self._offset, start)
        self._offset = start
        return span("line", self._line, self._line + self._text.count("\n", start, end))


class Numbered:
    """ "rows 2-20" of a text made of numbered units, given where each starts and what number it bears."""

    def __init__(self, unit: str, starts: Sequence[int], numbers: Sequence[int], prefix: str = "") -> None:
        self._unit = unit
        self._starts = starts
        self._numbers = numbers
        self._prefix = prefix

    def __call__(self, start: int, end: int) -> str:
        return self._prefix + span(self._unit, self._number_at(start), self._number_at(max(start, end - 1)))

    def _number_at(self, offset: int) -> int:
        return self._numbers[max(0, bisect_right(self._starts, offset) - 1)]


def span(unit: str, first: int, last: int) -> str:
    """ "line 7" or "lines 7-12"."""
    return f"{unit} {first}" if first == last else f"{unit}s {first}-{last}"
