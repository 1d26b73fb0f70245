"""The sentences of the sources, found by the words that they share with a sentence of a summary."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.folder_summary.claim_forms.facts import Facts
from tools.passages import Document
from tools.sentences import split_sentences
from tools.words import content_words

_MOST_KEPT = 4096
"""Sentences and passages whose words and facts are kept, as the next sentence often looks at the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document under the path that it is cited by."""

    path: str
    text: str
    starts: tuple[int, ...]
    """Where its passages begin, in code points."""
    places: tuple[str, ...]
    end: int
    """One past its last sentence's number."""

    def place_of(self, start: int) -> str:
        return self.places[max(bisect_right(self.starts, start) - 1, 0)]

    def passage_at(self, start: int) -> str:
        """The text of the passage that holds the character at `start`."""
        number = max(bisect_right(self.starts, start) - 1, 0)
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end]


class SourceIndex:
    """Sentences of sources, numbered in the order in which they were added, and the words that lead to them.

    Holds the text of its documents. Adding takes about a second for 4 MB of text; finding is well under a millisecond
    for each thousand sentences.
    """

    def __init__(self, items: Iterable[tuple[str, Document]] = ()) -> None:
        self._sources: list[Source] = []
        self._source_of = array("I")
        self._starts = array("I")
        self._ends = array("I")
        self._postings: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._facts: dict[str, Facts] = {}
        self._words: dict[str, frozenset[str]] = {}
        for path, document in items:
            self.add(path, document)

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, path: str, document: Document, spans: Sequence[tuple[int, int]] | None = None) -> None:
        """Add a document's sentences; with `spans`, only those that lie in one of them at least in part."""
        text = document.text
        for start, end in split_sentences(text):
            if spans is None or any(start < until and since < end for since, until in spans):
                number = len(self._starts)
                self._source_of.append(len(self._sources))
                self._starts.append(start)
                self._ends.append(end)
                for word in set(content_words(text[start:end])):
                    self._postings[word].append(number)
        starts = tuple(passage.start for passage in document.passages)
        places = tuple(passage.place for passage in document.passages)
        self._sources.append(Source(path, text, starts, places, len(self._starts)))

    def weight(self, word: str) -> float:
        """How much a word tells: one, and its inverse document frequency over the sentences.

        A word that no source has weighs as much as one in two sentences: a summary may use words of its own.
        """
        count = max(len(self._postings[word]) if word in self._postings else 0, 2)
        return 1 + math.log(1 + (len(self) + 1) / (count + 0.5))

    def best(self, weights: dict[str, float], limit: int) -> list[int]:
        """The numbers of the sentences that have most of the weighted words, the best first."""
        scores = np.zeros(len(self), dtype=np.float64)
        for word, weight in weights.items():
            if word in self._postings:
                scores[np.frombuffer(self._postings[word], dtype=np.uintc)] += weight
        count = min(limit, int(np.count_nonzero(scores)))
        # A stable sort, so that the first of equal sentences wins on every machine.
        order = np.argsort(-scores, kind="stable")[:count]
        return [int(number) for number in order]

    def source(self, number: int) -> Source:
        return self._sources[self._source_of[number]]

    def span(self, number: int) -> tuple[int, int]:
        return self._starts[number], self._ends[number]

    def text(self, number: int) -> str:
        start, end = self.span(number)
        return self.source(number).text[start:end]

    def neighbours(self, number: int) -> list[int]:
        """The sentences just before and after, in the same document."""
        beside = (number - 1, number + 1)
        return [n for n in beside if 0 <= n < len(self) and self._source_of[n] == self._source_of[number]]

    def words(self, number: int) -> frozenset[str]:
        """The sentence's telling words."""
        return _kept(self._words, self.text(number), lambda text: frozenset(content_words(text)))

    def facts(self, number: int) -> Facts:
        """What the sentence says."""
        return _kept(self._facts, self.text(number), Facts)

    def facts_around(self, number: int) -> Facts:
        """What the sentence's passage says, and the sentence itself where it goes on into the next passage."""
        source = self.source(number)
        start, end = self.span(number)
        passage, sentence = source.passage_at(start), source.text[start:end]
        return _kept(self._facts, passage if sentence in passage else f"{passage}{sentence}", Facts)


def _kept[T](kept: dict[str, T], text: str, make: Callable[[str], T]) -> T:
    if text not in kept:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[text] = make(text)
    return kept[text]
