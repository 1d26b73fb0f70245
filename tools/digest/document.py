"""The digest of one document: its title and the few sentences that carry it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tools.digest.candidates import TABLE_FORMATS, Candidate, candidates
from tools.digest.centrality import Weights, choose, cosine
from tools.digest.source_code import CODE_FORMATS
from tools.passages import Document

LONGEST_TITLE = 120
LONGEST_FIRST_LINE = 80
_LEAST_SCORE = 0.25
_LEAD = 0.5
"""How much more the first sentence of a document counts than its last: what matters tends to be said early."""


@dataclass(frozen=True, slots=True)
class KeySentence:
    """A verbatim span of a document, `text == document.text[start:end]` in code points, at `place`."""

    start: int
    end: int
    place: str
    text: str
    score: float
    """From 0 to 1, where 1 is the document's best."""


@dataclass(frozen=True, slots=True)
class DocumentDigest:
    title: str
    sentences: tuple[KeySentence, ...]
    """In the order of the document; empty only if the document has no words."""
    passages_read: int
    """How many of the document's passages the sentences were chosen from: all of them, unless it is very long or has
    no prose."""


@dataclass(frozen=True, slots=True)
class RatedDocument:
    """A digest with what the digest of a folder needs beside it."""

    digest: DocumentDigest
    chosen: tuple[Candidate, ...]
    """The candidates that became the digest's sentences, in the same order."""
    words: frozenset[str]
    """The content words of all its candidates."""


def digest_document(document: Document) -> DocumentDigest:
    """Three to five sentences, fewer where there are not as many, chosen without a model; the same in every run."""
    return rate_document(document, lambda _: 1.0).digest


def rate_document(document: Document, prior: Callable[[Candidate], float]) -> RatedDocument:
    """`digest_document` with a factor on the score of each sentence, for what is known from outside the document."""
    found, passages_read = candidates(document)
    weights = Weights.among(candidate.words for candidate in found)
    scores = [
        weights.centrality(candidate.words) * candidate.quality * _lead(place, len(found)) * prior(candidate)
        for place, candidate in enumerate(found)
    ]
    vector = cache(lambda place: weights.vector(found[place].words))
    chosen = choose(
        scores,
        lambda left, right: cosine(vector(left), vector(right)),
        most=3 if len(found) < 12 else 4 if len(found) < 40 else 5,
        least_score=_LEAST_SCORE,
    )
    best = max((scores[place] for place in chosen), default=0.0) or 1.0
    chosen.sort(key=lambda place: found[place].start)
    sentences = tuple(_key_sentence(found[place], scores[place] / best) for place in chosen)
    words = frozenset(word for candidate in found for word in candidate.words)
    return RatedDocument(
        DocumentDigest(_title(document), sentences, passages_read), tuple(found[place] for place in chosen), words
    )


def _lead(place: int, total: int) -> float:
    return 1 + _LEAD * (1 - place / total)


def _key_sentence(candidate: Candidate, score: float) -> KeySentence:
    return KeySentence(candidate.start, candidate.end, candidate.place, candidate.text, round(score, 4))


def _title(document: Document) -> str:
    """The document's own title, else its first line when that can be one."""
    title = " ".join(document.title.split())
    if title:
        return title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE].rstrip()}…"
    if not document.passages or document.format in CODE_FORMATS | TABLE_FORMATS:
        return ""
    opening = document.passages[0].text.lstrip()
    line = " ".join(opening.partition("\n")[0].split())
    return line if 3 <= len(line) <= LONGEST_FIRST_LINE and any(sign.isalpha() for sign in line) else ""
