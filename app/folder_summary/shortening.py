"""Whether a sentence is another one shortened: the same words in the same order, with few spans of them dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")
FEWEST_WORDS = 4
MOST_GAPS = 2
"""Spans dropped between the first and the last word. More of them seldom leave a sentence."""


def is_shortened(sentence: str, sources: Iterable[str]) -> bool:
    """Whether `sentence` is one of `sources` shortened; case counts for nothing."""
    words = _words(sentence)
    return len(words) >= FEWEST_WORDS and any(_is_within(words, _words(source)) for source in sources)


def _is_within(words: Sequence[str], source: Sequence[str]) -> bool:
    # The least gaps with which the words so far end at each place of the source.
    gaps = {place: 0 for place, word in enumerate(source) if word == words[0]}
    for word in words[1:]:
        reached: dict[int, int] = {}
        for place in (place for place, other in enumerate(source) if other == word):
            before = [count + (place > earlier + 1) for earlier, count in gaps.items() if earlier < place]
            if before and min(before) <= MOST_GAPS:
                reached[place] = min(before)
        gaps = reached
    return bool(gaps)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
