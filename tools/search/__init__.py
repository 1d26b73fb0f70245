"""Finding passages in the files that were read: by their words and, where a model made vectors, by what they mean."""

from __future__ import annotations

from tools.desk_db import DeskDatabase
from tools.search.fusion import fuse
from tools.search.hits import Hit, shown_path
from tools.search.scope import scope_of
from tools.search.snippets import with_snippet
from tools.search.vector_search import Meaning, VectorIndex, vector_hits
from tools.search.word_search import word_hits

__all__ = ["Hit", "Meaning", "VectorIndex", "search", "shown_path"]

LEAST_RANKED = 50
"""Hits of each kind that are ranked together; one that is farther down in both would not come to the top."""


def search(
    db: DeskDatabase, words: str, *, root: str | None = None, limit: int = 10, meaning: Meaning | None = None
) -> list[Hit]:
    """The passages that fit `words` best; in one folder, or in all.

    `root` is any folder, or file, of which something was read. Without `meaning` only passages that have some of the
    words are found. Equal passages of several files are found once.
    """
    scope = scope_of(db, root)
    if scope is None:
        return []
    if meaning is None or not words.strip():
        hits = word_hits(db, words, scope, limit)
    else:
        ranked = max(limit, LEAST_RANKED)
        hits = fuse([word_hits(db, words, scope, ranked), vector_hits(db, meaning, scope, ranked)])
    return [with_snippet(hit, words) for hit in hits[:limit]]
