"""The sentences of a document that may stand for it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tools.digest.readability import readability, without_speaker
from tools.digest.source_code import CODE_FORMATS, comment_spans, definition_spans
from tools.passages import Document, Passage
from tools.sentences import split_sentences
from tools.words import content_words

MOST_PASSAGES = 2_000
"""Of a longer document the first tenth of these are read, and the others evenly spread over the rest."""
MOST_CODE = 200_000
"""Characters of source code that are read."""
LONGEST_LINE = 300
TABLE_FORMATS = frozenset(("csv", "tsv", "xlsx", "xlsb", "xls", "ods"))

_MARK = re.compile(r"(?:[-*+•‣◦▪●–·]|#{1,6}|>)\s+")
_GOOD = 0.5
_FAIR = 0.15
_ENOUGH = 3

Span = tuple[int, int]
_Rated = tuple[Passage, int, int, float]
"""A span of a passage and how well it reads."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verbatim span of a document, in code points, and how well it reads alone, from 0 to 1."""

    start: int
    end: int
    place: str
    text: str
    quality: float
    words: tuple[str, ...]
    """Its content words, each once, in order."""


def candidates(document: Document) -> tuple[list[Candidate], int]:
    """Sentences in the document's order, and how many of its passages were read for them.

    Prose where there is some, else what comes nearest to it: of source code the comments, else the definitions; of a
    table its first rows; of anything else without sentences its first lines.
    """
    passages = _spread(document.passages)
    if document.format in TABLE_FORMATS:
        return _first_lines(passages)
    if document.format in CODE_FORMATS:
        return _of_code(passages)
    found = _readable(_sentences(passages))
    if len(found) < _ENOUGH and not any(candidate.quality >= _GOOD for candidate in found):
        lines, _ = _first_lines(passages)
        found = [line for line in lines if all(line.end <= each.start for each in found)] + found
    return found, len(passages)


def _spread(passages: Sequence[Passage]) -> Sequence[Passage]:
    if len(passages) <= MOST_PASSAGES:
        return passages
    head = MOST_PASSAGES // 10
    step = (len(passages) - head) / (MOST_PASSAGES - head)
    return [*passages[:head], *(passages[head + int(place * step)] for place in range(MOST_PASSAGES - head))]


def _sentences(passages: Iterable[Passage]) -> Iterator[_Rated]:
    said: set[str] = set()
    for passage in passages:
        for start, end in split_sentences(passage.text):
            text = passage.text[start:end]
            quality = readability(text)
            if quality >= _FAIR and text not in said:
                said.add(text)
                yield passage, start, end, quality


def _readable(rated: Iterable[_Rated]) -> list[Candidate]:
    fair = list(rated)
    good = [each for each in fair if each[-1] >= _GOOD]
    return [_candidate(*each) for each in (good if len(good) >= _ENOUGH else fair)]


def _first_lines(passages: Sequence[Passage]) -> tuple[list[Candidate], int]:
    found: list[Candidate] = []
    for read, passage in enumerate(passages, 1):
        start = 0
        for line in passage.text.splitlines(keepends=True):
            shown = line.strip()
            if any(sign.isalnum() for sign in shown[:LONGEST_LINE]):
                begin = start + line.index(shown[0])
                found.append(_candidate(passage, begin, begin + min(len(shown), LONGEST_LINE), _FAIR))
                if len(found) == _ENOUGH:
                    return found, read
            start += len(line)
    return found, len(passages)


def _of_code(passages: Sequence[Passage]) -> tuple[list[Candidate], int]:
    text, kept = _beginning(passages)
    comments = [
        (block + start, block + end)
        for block, block_end in comment_spans(text)
        for start, end in split_sentences(text[block:block_end])
    ]
    rated = [(*_within(kept, span), readability(text[slice(*span)])) for span in comments]
    found = _readable(each for each in rated if each[-1] >= _FAIR)
    found = found or [_candidate(*_within(kept, span), _FAIR) for span in definition_spans(text)[:_ENOUGH]]
    return (found, len(kept)) if found else _first_lines(passages)


def _beginning(passages: Sequence[Passage]) -> tuple[str, list[Passage]]:
    """The text of the first passages, and the passages: comments and passages overlap."""
    kept: list[Passage] = []
    for passage in passages:
        if passage.end > MOST_CODE or (kept and passage.start != kept[-1].end):
            break
        kept.append(passage)
    return "".join(passage.text for passage in kept), kept


def _within(passages: Sequence[Passage], span: Span) -> tuple[Passage, int, int]:
    """The passage in which a span of the joined passages begins, and the span in it, cut where the passage ends."""
    passage = passages[bisect_right(passages, span[0], key=lambda passage: passage.start) - 1]
    return passage, span[0] - passage.start, min(span[1], passage.end) - passage.start


def _candidate(passage: Passage, start: int, end: int, quality: float) -> Candidate:
    if mark := _MARK.match(passage.text, start, end):
        start = mark.end()
    text = passage.text[start:end]
    words = tuple(dict.fromkeys(content_words(without_speaker(text))))
    return Candidate(passage.start + start, passage.start + end, passage.place, text, quality, words)
