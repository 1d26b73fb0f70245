"""Finding passages by words, in the files that were read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.desk_db import DeskDatabase
from tools.desk_db.connections import stored_path
from tools.search_words import queries, snippet
from tools.words import content_words


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: `start` and `end` are its span in the document's text, in code points."""

    root: str
    path: str
    """Relative to `root`; the first by name where several files have the same content."""
    place: str
    start: int
    end: int
    snippet: str
    """Its sentence that has most of the words, on one line."""
    score: float
    """BM25, larger is better; comparable between the hits of one search."""
    content_hash: str
    text: str


def search(db: DeskDatabase, words: str, *, root: str | None = None, limit: int = 10) -> list[Hit]:
    """The passages that fit `words` best, those that have all of them first; in one folder, or in all.

    Words are taken as they are, whatever signs are among them; "double quotes" hold a phrase together. Function words
    count only when there are no others. Equal passages of several files are found once.
    """
    hits: dict[str, Hit] = {}
    for query in queries(words):
        if len(hits) < limit:
            for hit in _matching(db, query, root, limit):
                hits.setdefault(hit.text, hit)
    wanted = set(content_words(words))
    return [_with_snippet(hit, wanted) for hit in list(hits.values())[:limit]]


def _matching(db: DeskDatabase, query: str, root: str | None, limit: int) -> Iterator[Hit]:
    # ORDER BY rank lets FTS5 sort by itself, so that passages are looked up only until there are enough of them.
    rows = db.rows(
        """
        SELECT documents.content_hash, place, passages."start", passages."end", passages.text, -passages_fts.rank
        FROM passages_fts
        JOIN passages ON passages.id = passages_fts.rowid
        JOIN documents ON documents.id = passages.document_id
        WHERE passages_fts MATCH ? AND documents.extractor_version = ? AND EXISTS (
            SELECT 1 FROM files
            WHERE files.content_hash = documents.content_hash AND (? IS NULL OR files.root = CAST(? AS TEXT))
        )
        ORDER BY passages_fts.rank LIMIT ?
        """,
        (query, db.extractor_version, *_folder(root), 3 * limit),
    )
    names = _first_names(db, {row[0] for row in rows}, root)
    for content_hash, place, start, end, text, score in rows:
        if content_hash in names:
            folder, path = names[content_hash]
            yield Hit(folder, path, place, start, end, "", score, content_hash, text)


def _first_names(db: DeskDatabase, content_hashes: Iterable[str], root: str | None) -> dict[str, tuple[str, str]]:
    rows = db.rows(
        "SELECT content_hash, root, path FROM files WHERE content_hash IN (SELECT value FROM json_each(?))"
        " AND (? IS NULL OR root = CAST(? AS TEXT)) ORDER BY root DESC, path DESC",
        (json.dumps(list(content_hashes)), *_folder(root)),
    )
    return {content_hash: (folder, path) for content_hash, folder, path in rows}


def _folder(root: str | None) -> tuple[bytes | None, bytes | None]:
    stored = None if root is None else stored_path(root)
    return stored, stored


def _with_snippet(hit: Hit, wanted: set[str]) -> Hit:
    line = snippet(hit.text, wanted)
    return Hit(hit.root, hit.path, hit.place, hit.start, hit.end, line, hit.score, hit.content_hash, hit.text)
