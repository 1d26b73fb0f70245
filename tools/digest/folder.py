"""The digest of a folder: the sentences that carry it, from the digests of its documents."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from heapq import nlargest

from tools.digest.candidates import Candidate
from tools.digest.centrality import Weights, choose, cosine
from tools.digest.document import DocumentDigest, KeySentence, RatedDocument, rate_document
from tools.passages import Document

FEWEST, MOST = 5, 8
"""Sentences of a folder's digest: more as it has more files."""
KEPT_SENTENCES = 1_000
KEPT_WORDS = 150_000
KEPT_COPIES = 200_000
"""What is remembered of a folder, so that its size does not matter; the rarest and the least central go first."""

_COPIES_OF_BOILERPLATE = 3
_BOILERPLATE = 0.1
_SAME_FILE = 0.5
"""How alike two sentences of one file count at least, so that many files have their say."""
_LEAST_SCORE = 0.2


@dataclass(frozen=True, slots=True)
class FolderSentence:
    path: str
    sentence: KeySentence


@dataclass(frozen=True, slots=True)
class FolderDigest:
    sentences: tuple[FolderSentence, ...]
    """The most telling first."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    path: str
    sentence: KeySentence
    words: tuple[str, ...]
    strength: float
    """How well it stands for its document, and how much the document says."""


class FolderDigester:
    """Digests documents as they come and the folder at any moment; its memory does not grow with the folder.

    Equal documents count once for the folder, and so do equal sentences; what most documents say, word for word, is
    taken for boilerplate. The same documents in the same order give the same digests.
    """

    def __init__(self) -> None:
        self._frequencies: Counter[str] = Counter()
        self._documents: set[str] = set()
        self._copies: Counter[int] = Counter()
        self._remembered: list[_Remembered] = []

    def add(self, path: str, document: Document) -> DocumentDigest:
        """The digest of one document of the folder, which from now on counts for the folder's."""
        rated = rate_document(document, self._prior)
        if document.content_hash not in self._documents:
            self._documents.add(document.content_hash)
            self._learn(path, rated, len(document.passages))
            self._frequencies.update(rated.words)
            self._forget_the_least()
        return rated.digest

    def digest(self) -> FolderDigest:
        """The digest of the documents so far."""
        once = {each.words: each for each in reversed(self._remembered)}
        found = [each for each in reversed(once.values()) if not self._is_boilerplate(each.words)]
        weights = self._weights()
        centralities = [weights.centrality(each.words) for each in found]
        best = max(centralities, default=0.0) or 1.0
        vector = cache(lambda place: weights.vector(found[place].words))
        chosen = choose(
            [each.strength * (0.5 + 0.5 * value / best) for each, value in zip(found, centralities, strict=True)],
            lambda left, right: max(
                _SAME_FILE if found[left].path == found[right].path else 0.0, cosine(vector(left), vector(right))
            ),
            most=min(MOST, FEWEST + len(self._documents).bit_length() // 2),
            least_score=_LEAST_SCORE,
        )
        return FolderDigest(tuple(FolderSentence(found[place].path, found[place].sentence) for place in chosen))

    def _prior(self, candidate: Candidate) -> float:
        return _BOILERPLATE if self._is_boilerplate(candidate.words) else 1.0

    def _is_boilerplate(self, words: tuple[str, ...]) -> bool:
        return self._copies[hash(words)] >= max(_COPIES_OF_BOILERPLATE, len(self._documents) // 20)

    def _learn(self, path: str, rated: RatedDocument, passages: int) -> None:
        size = min(1.0, 0.6 + 0.1 * math.log2(1 + passages))
        for sentence, candidate in zip(rated.digest.sentences, rated.chosen, strict=True):
            self._copies[hash(candidate.words)] += 1
            strength = sentence.score * candidate.quality * size
            self._remembered.append(_Remembered(path, sentence, candidate.words, strength))

    def _weights(self) -> Weights:
        return Weights(self._frequencies, max(1, len(self._documents)))

    def _forget_the_least(self) -> None:
        if len(self._frequencies) > KEPT_WORDS:
            self._frequencies = _without_the_rarest(self._frequencies, KEPT_WORDS // 2)
        if len(self._copies) > KEPT_COPIES:
            self._copies = _without_the_rarest(self._copies, KEPT_COPIES // 2)
        if len(self._remembered) > 2 * KEPT_SENTENCES:
            weights = self._weights()
            scores = [each.strength * weights.centrality(each.words) for each in self._remembered]
            kept = sorted(nlargest(KEPT_SENTENCES, range(len(scores)), scores.__getitem__))
            self._remembered = [self._remembered[place] for place in kept]


def _without_the_rarest[T](counts: Counter[T], most: int) -> Counter[T]:
    least = 1
    while len(counts) > most:
        counts = Counter({key: count for key, count in counts.items() if count > least})
        least += 1
    return counts


def digest_folder(items: Iterable[tuple[str, Document]]) -> FolderDigest:
    """The folder's five to eight key sentences, with their paths, from its documents with theirs."""
    digester = FolderDigester()
    for path, document in items:
        digester.add(path, document)
    return digester.digest()
