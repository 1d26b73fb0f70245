"""A language's thesaurus: words of a request that may stand for each other, by tool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

_WORD = re.compile(r"\{[^}]*\}|[\w\u0900-\u097f'’-]+")
_LETTER = re.compile(r"\{[^}]*\}|.")


@dataclass(frozen=True)
class Thesaurus:
    """Sets of exchangeable words; a word of a set may be of several words."""

    spaced: bool
    """Whether the language divides its words by spaces."""
    sets: Mapping[str, Mapping[str, tuple[str, ...]]] = field(repr=False)
    """For each tool, each word in lower case with all words of its sets."""
    longest: int
    """Words, or letters in a language without spaces, of the longest entry."""

    @classmethod
    def of(cls, entries: Iterable[Mapping[str, Any]], *, spaced: bool) -> Thesaurus:
        """Of the entries of a `synonyms.toml`: each has `tools` and `words`."""
        gathered: dict[str, dict[str, dict[str, None]]] = {}
        parts = _WORD if spaced else _LETTER
        longest = 1
        for entry in entries:
            for tool in entry["tools"]:
                words = gathered.setdefault(tool, {})
                for word in entry["words"]:
                    longest = max(longest, len(parts.findall(word)))
                    words.setdefault(word.casefold(), {}).update(dict.fromkeys(entry["words"]))
        sets = {tool: {word: tuple(others) for word, others in words.items()} for tool, words in gathered.items()}
        return cls(spaced, sets, longest)

    def varied(self, phrasing: str, tool: str, chance: float, random: Random) -> str:
        """The phrasing, each word that has synonyms for `tool` replaced by one of them with that chance; no slot is."""
        sets = self.sets.get(tool)
        if not sets:
            return phrasing
        spans = [match.span() for match in (_WORD if self.spaced else _LETTER).finditer(phrasing)]
        said, copied, place = [], 0, 0
        while place < len(spans):
            count, others = self._at(phrasing, spans, place, sets)
            if others and random.random() < chance:
                start, end = spans[place][0], spans[place + count - 1][1]
                said += (phrasing[copied:start], _as_written(random.choice(others), phrasing[start]))
                copied = end
            place += count
        return "".join((*said, phrasing[copied:]))

    def _at(
        self, phrasing: str, spans: list[tuple[int, int]], place: int, sets: Mapping[str, tuple[str, ...]]
    ) -> tuple[int, tuple[str, ...]]:
        """How many words from `place` on make the longest entry there, and what may stand for it; 1 and none."""
        start = spans[place][0]
        for last in range(min(place + self.longest, len(spans)) - 1, place - 1, -1):
            if others := sets.get(phrasing[start : spans[last][1]].casefold()):
                return last - place + 1, others
        return 1, ()


def _as_written(word: str, first: str) -> str:
    return word[0].upper() + word[1:] if first.isupper() else word
