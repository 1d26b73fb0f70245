"""The parts of a document that are sent to the model, each with the tokens that it takes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from app.folder_summary.planning import Unit
from tools.passages import Document

CountTokens = Callable[[Sequence[str]], Awaitable[list[int]]]
"""Tokens of each text, as the loaded model counts them."""

Span = tuple[int, int]


async def measure(document: Document, limit: int, count: CountTokens) -> list[Unit]:
    """The document's passages as units of at most `limit` tokens; a longer passage is cut at a sentence or a word.

    A passage whose words stood in the document before (a page's header, a repeated notice) is left out.
    """
    text = document.text
    spans = _without_repeats([(p.start, p.end) for p in document.passages], text)
    units: list[Unit] = []
    while spans:
        counts = await count([text[start:end] for start, end in spans])
        units += [
            Unit(start, end, tokens)
            for (start, end), tokens in zip(spans, counts, strict=True)
            if tokens <= limit or end - start == 1
        ]
        spans = [
            part
            for (start, end), tokens in zip(spans, counts, strict=True)
            if tokens > limit and end - start > 1
            for part in _halves(text, start, end)
        ]
    return sorted(units, key=lambda unit: unit.start)


def _without_repeats(spans: list[Span], text: str) -> list[Span]:
    seen: set[str] = set()
    kept = []
    for start, end in spans:
        words = " ".join(text[start:end].casefold().split())
        if words and words not in seen:
            seen.add(words)
            kept.append((start, end))
    return kept


def _halves(text: str, start: int, end: int) -> tuple[Span, Span]:
    middle = (start + end) // 2
    for boundary in (r"[.!?。！？।]\s+", r"\s+"):
        cuts = [match.end() for match in re.finditer(boundary, text[start:end])]
        inside = [start + cut for cut in cuts if (end - start) // 4 < cut < 3 * (end - start) // 4]
        if inside:
            cut = min(inside, key=lambda place: abs(place - middle))
            return (start, cut), (cut, end)
    return (start, middle), (middle, end)
