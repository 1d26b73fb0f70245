"""Finding passages by their words."""

from __future__ import annotations

from tools.desk_db import DeskDatabase
from tools.search.hits import Hit, Row, named
from tools.search.scope import Scope
from tools.search_words import queries


def word_hits(db: DeskDatabase, words: str, scope: Scope, limit: int) -> list[Hit]:
    """The passages that have `words`, those that have all of them first, then by BM25; without snippets.

    Words are taken as they are, whatever signs are among them; "double quotes" hold a phrase together. Function words
    count only when there are no others.
    """
    hits: dict[str, Hit] = {}
    for query in queries(words):
        if len(hits) < limit:
            for hit in named(db, _matching(db, query, scope, limit), scope):
                hits.setdefault(hit.text, hit)
    return list(hits.values())[:limit]


_EVERYWHERE = """
    SELECT documents.content_hash, place, passages."start", passages."end", passages.text, -passages_fts.rank
    FROM passages_fts
    JOIN passages ON passages.id = passages_fts.rowid
    JOIN documents ON documents.id = passages.document_id
    WHERE passages_fts MATCH ?2 AND documents.extractor_version = ?3 AND {scope.has_document}
    ORDER BY passages_fts.rank LIMIT ?4
"""
"""FTS5 ranks every match and sorts by itself, so that passages are looked up only until there are enough of them."""

_INSIDE = """
    WITH best (id, score) AS (
        SELECT passages_fts.rowid, bm25(passages_fts) FROM passages_fts
        WHERE passages_fts MATCH ?2 AND +passages_fts.rowid IN ({scope.passages})
        ORDER BY 2 LIMIT ?4
    )
    SELECT documents.content_hash, place, passages."start", passages."end", passages.text, -score
    FROM best
    JOIN passages ON passages.id = best.id
    JOIN documents ON documents.id = passages.document_id
    WHERE documents.extractor_version = ?3
    ORDER BY score
"""
"""Ranking is what costs: only what lies in the scope is ranked. The plus keeps FTS5 from a search for each passage."""


def _matching(db: DeskDatabase, query: str, scope: Scope, limit: int) -> list[Row]:
    statement = (_EVERYWHERE if scope == Scope() else _INSIDE).format(scope=scope)
    rows: list[Row] = db.rows(statement, (scope.parts, query, db.extractor_version, 3 * limit))
    return rows
