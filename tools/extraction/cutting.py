"""Cut a text into passages that a model can read one by one and a person can take in at a glance."""

from __future__ import annotations

import re
import unicodedata

from tools.sentences import split_sentences

SHORTEST = 500
LONGEST = 900

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_SPACES = re.compile(r"\s+")


def cut(text: str, *, prose: bool = True) -> list[int]:
    """The ends of the passages of `text`, ascending, the last one `len(text)`; together they cover all of it.

    Each passage has 500 to 900 characters where the text allows it (the last two share what is left, so that none is
    a stub) and ends, in this order of preference, at a paragraph's end, a sentence's (for `prose`), a line's, a
    word's. No passage is only white space unless the whole text is.
    """
    ends: list[int] = []
    start = 0
    while len(text) - start > LONGEST:
        start = _next_end(text, start, prose)
        ends.append(start)
    ends.append(len(text))
    return _without_blank_passages(text, ends)


def _next_end(text: str, start: int, prose: bool) -> int:
    left = len(text) - start
    low, high = (SHORTEST, LONGEST) if left >= SHORTEST + LONGEST else (left * 35 // 100, left * 65 // 100)
    window = text[start : start + high]
    found = _last_end(_BLANK_LINES, window, low)
    if not found and prose:
        found = _sentence_end(text[start : start + high + 80], low, high)
    found = found or window.rfind("\n", low) + 1 or _last_end(_SPACES, window, low) or _whole_character(window)
    return start + found


def _last_end(pattern: re.Pattern[str], window: str, low: int) -> int:
    """Where the last match in the window ends, at `low` or later; 0 when there is none."""
    last = 0
    for match in pattern.finditer(window, low):
        last = match.end()
    return last


def _sentence_end(text: str, low: int, high: int) -> int:
    """Where the last sentence that begins between `low` and `high` begins: the end of the one before it."""
    starts = [start for start, _ in split_sentences(text) if low <= start <= high]
    return starts[-1] if starts else 0


def _whole_character(window: str) -> int:
    """The window's length, or less where that would part a letter from its accents."""
    end = len(window)
    while end > len(window) - 16 and unicodedata.combining(window[end - 1]):
        end -= 1
    return max(1, end - 1) if end < len(window) else end


def _without_blank_passages(text: str, ends: list[int]) -> list[int]:
    kept: list[int] = []
    start = 0
    for end in ends[:-1]:
        if text[start:end].strip():
            kept.append(end)
            start = end
    if kept and not text[start:].strip():
        kept.pop()
    return [*kept, len(text)]
