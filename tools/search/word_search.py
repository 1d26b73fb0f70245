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


def _matching(db: DeskDatabase, query: str, scope: Scope, limit: int) -> list[Row]:
    # ORDER BY rank lets FTS5 sort by itself, so that passages are looked up only until there are enough of them.
    rows: list[Row] = db.rows(
        f"""
        SELECT documents.content_hash, place, passages."start", passages."end", passages.text, -passages_fts.rank
        FROM passages_fts
        JOIN passages ON passages.id = passages_fts.rowid
        JOIN documents ON documents.id = passages.document_id
        WHERE passages_fts MATCH ?2 AND documents.extractor_version = ?3 AND {scope.has_document}
        ORDER BY passages_fts.rank LIMIT ?4
        """,  # noqa: S608
        (scope.parts, query, db.extractor_version, 3 * limit),
    )
    return rows
