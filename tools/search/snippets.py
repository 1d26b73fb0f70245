"""The line that shows why a passage was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tools.search.hits import Hit
from tools.search_words import snippet
from tools.words import TOKEN, content_words, fold


def with_snippet(hit: Hit, words: str) -> Hit:
    """The hit with its sentence that has most of `words`, and where in it they are."""
    wanted = set(content_words(words))
    line = snippet(hit.text, wanted)
    runs = [match.group() for match in TOKEN.finditer(words) if match.lastgroup == "run"]
    return replace(hit, snippet=line, matches=tuple(_joined(_matches(line, wanted, runs))))


def _matches(line: str, wanted: set[str], runs: list[str]) -> Iterator[tuple[int, int]]:
    for match in TOKEN.finditer(line):
        start, end = match.span()
        if match.lastgroup == "run":
            yield from _inside(line, start, end, wanted, runs)
        elif wanted.intersection(content_words(match.group())):
            yield start, end


def _inside(line: str, start: int, end: int, wanted: set[str], runs: list[str]) -> Iterator[tuple[int, int]]:
    """What to mark in a run of a script without spaces: words as they were typed, else the pairs of `content_words`."""
    whole = [(place, place + len(run)) for run in runs if (place := line.find(run, start, end)) >= 0]
    if whole:
        yield from sorted(whole)
        return
    for place in range(start, max(start + 1, end - 1)):
        if fold(line[place : place + 2]) in wanted:
            yield place, min(place + 2, end)


def _joined(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that touch or overlap as one."""
    open_span: tuple[int, int] | None = None
    for start, end in spans:
        if open_span and start <= open_span[1]:
            open_span = open_span[0], max(end, open_span[1])
            continue
        if open_span:
            yield open_span
        open_span = start, end
    if open_span:
        yield open_span
