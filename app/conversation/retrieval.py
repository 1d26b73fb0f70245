"""The passages that a question may be answered from, and what of them answers it without a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.folder_summary.citations import cite
from app.folder_summary.report import Citation, CitedSentence
from app.folder_summary.source_index import SourceIndex
from tools.desk_db import DeskDatabase
from tools.search import Hit, Meaning, search, shown_path

MOST_PASSAGES = 6
"""Passages for one question. Each is some 200 tokens, which a model on a CPU reads in one to two seconds."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Passages, best first, and the index of their sentences."""

    passages: tuple[Citation, ...]
    index: SourceIndex


def retrieve(db: DeskDatabase, words: str, folder: Path | None, meaning: Meaning | None = None) -> Retrieved:
    """The best passages for `words`, and for what they mean, among the files read in `folder`, or in every folder.

    Paths are relative to `folder`, or whole when there is none.
    """
    hits = search(db, words, root=str(folder) if folder else None, limit=MOST_PASSAGES, meaning=meaning)
    passages = tuple(_citation(hit, folder) for hit in hits)
    return Retrieved(passages, _index(db, hits, passages))


def best_sentences(question: str, index: SourceIndex) -> list[CitedSentence]:
    """The sources' own sentences that have most of the question's words: an answer without a model."""
    return [
        CitedSentence(sentence=" ".join(citation.quote.split()), supported=True, citations=[citation])
        for citation in cite(question, index).citations
    ]


def _citation(hit: Hit, folder: Path | None) -> Citation:
    return Citation(path=shown_path(hit, folder), place=hit.place, start=hit.start, end=hit.end, quote=hit.text)


def _index(db: DeskDatabase, hits: Sequence[Hit], passages: Sequence[Citation]) -> SourceIndex:
    spans: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for hit, passage in zip(hits, passages, strict=True):
        spans[passage.path, hit.content_hash].append((hit.start, hit.end))
    documents = db.documents.get_many({hit.content_hash for hit in hits})
    index = SourceIndex()
    for (path, content_hash), where in spans.items():
        if content_hash in documents:
            index.add(path, documents[content_hash], where)
    return index
