"""The part of a document around a quote, cut at line ends."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from app.desk_api import OpenedDocument

AROUND = 8_000
"""Code points shown before and after a quote: some screens of text, laid out in a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`before`, `lines` and `after` are contiguous; the quote is `lines[start:end]`."""

    before: str
    lines: str
    after: str
    start: int
    end: int
    place: str
    more_before: bool
    more_after: bool


def excerpt(document: OpenedDocument, start: int, end: int, around: int = AROUND) -> Excerpt:
    """The text around `document.text[start:end]`; offsets outside the text are brought inside it."""
    text = document.text
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    # A line may be as long as the document.
    first, last = max(first, start - around), min(last, end + around)
    top = _line_start(text, max(0, first - around), first)
    bottom = _line_end(text, last, min(len(text), last + around))
    return Excerpt(
        text[top:first], text[first:last], text[last:bottom], start - first, end - first,
        place_at(document, start), top > 0, bottom < len(text),
    )  # fmt: skip


def place_at(document: OpenedDocument, offset: int) -> str:
    """The place of the passage that `offset` is in; empty for a document without passages."""
    index = passage_at(document, offset)
    return document.places[index][1] if document.places else ""


def passage_at(document: OpenedDocument, offset: int) -> int:
    return max(0, bisect_right(document.places, offset, key=lambda place: place[0]) - 1)


def _line_start(text: str, at: int, limit: int) -> int:
    """The first line start at or after `at`, or `at` when none comes before `limit`."""
    if at == 0:
        return 0
    found = text.find("\n", at, limit)
    return at if found < 0 else found + 1


def _line_end(text: str, limit: int, at: int) -> int:
    if at == len(text):
        return at
    found = text.rfind("\n", limit, at)
    return at if found < 0 else found
