"""Which of many sentences say what the others say too, and which of those to show together.

Centrality is the cosine of a sentence with the centroid of all, in weights of tf-idf over sentences: D. Radev et al.,
Centroid-based summarization of multiple documents, Information Processing & Management 40 (2004). Sentences are then
taken one by one by maximal marginal relevance: J. Carbonell and J. Goldstein, The use of MMR, SIGIR 1998.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest

Words = Sequence[str]
"""The content words of a sentence, each once and in order: sums then have the same value in every run."""

RELEVANCE = 0.7
"""The lambda of MMR: the share of a sentence's own score, against its likeness to those chosen before it."""
CONSIDERED = 80
SAME = 0.8
"""Sentences at least this much alike say the same, and one of them is enough."""


class Weights:
    """Inverse frequencies of words among `total` units, sentences or documents."""

    def __init__(self, frequencies: Mapping[str, int], total: int) -> None:
        self._frequencies = frequencies
        self._total = total
        self._known: dict[str, tuple[float, float]] = {}

    @classmethod
    def among(cls, sentences: Iterable[Words]) -> Weights:
        frequencies: Counter[str] = Counter()
        total = 0
        for words in sentences:
            frequencies.update(words)
            total += 1
        return cls(frequencies, max(1, total))

    def centrality(self, words: Words) -> float:
        """The cosine with the centroid of all units, but for a factor that is the same for every sentence."""
        shared = squares = 0.0
        for word in words:
            weight, central = self._of(word)
            shared += weight * central
            squares += weight * weight
        return shared / math.sqrt(squares) if squares else 0.0

    def vector(self, words: Words) -> dict[str, float]:
        """The sentence as a vector of length 1."""
        weights = [self._of(word)[0] for word in words]
        norm = math.sqrt(sum(weight * weight for weight in weights))
        return {word: weight / norm for word, weight in zip(words, weights, strict=True)}

    def _of(self, word: str) -> tuple[float, float]:
        """A word's weight, and its coordinate of the centroid."""
        known = self._known.get(word)
        if known is None:
            frequency = self._frequencies.get(word, 0)
            weight = math.log(1 + self._total / max(1, frequency))
            known = self._known[word] = (weight, weight * frequency / self._total)
        return known


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """The cosine of two vectors of length 1."""
    return sum(weight * right[word] for word, weight in left.items() if word in right)


def choose(
    scores: Sequence[float], likeness: Callable[[int, int], float], *, most: int, least_score: float
) -> list[int]:
    """The indices of up to `most` items, best first: high in score and unlike each other.

    Scores are compared with the best one, which counts 1; items below `least_score` of it are left out. `likeness`
    takes two indices and gives a value from 0 to 1.
    """
    best = max(scores, default=0.0)
    worthy = (item for item, score in enumerate(scores) if score >= least_score * best)
    left = nlargest(CONSIDERED, worthy, scores.__getitem__)
    closest = dict.fromkeys(left, 0.0)
    chosen: list[int] = []
    while left and len(chosen) < most:
        taken = max(left, key=lambda item: RELEVANCE * scores[item] / (best or 1) - (1 - RELEVANCE) * closest[item])
        chosen.append(taken)
        left.remove(taken)
        for item in left:
            closest[item] = max(closest[item], likeness(item, taken))
        left = [item for item in left if closest[item] < SAME]
    return chosen
