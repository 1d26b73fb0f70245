"""Finding what was said in earlier conversations, by words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.desk_db import DeskDatabase
from tools.search_words import queries, snippet
from tools.words import content_words


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn that was found, on whichever branch of its conversation it stands."""

    conversation_id: int
    title: str
    """The conversation's."""
    turn_id: int
    role: str
    snippet: str
    """Its sentence that has most of the words, on one line."""
    score: float
    """BM25, larger is better; comparable between the results of one search."""
    created_at: float
    """Seconds since the epoch."""


def search_conversations(db: DeskDatabase, words: str, *, limit: int = 20) -> list[FoundTurn]:
    """The turns that fit `words` best, those that have all of them first.

    Words are taken as they are, whatever signs are among them; "double quotes" hold a phrase together.
    """
    found: dict[int, tuple[Any, ...]] = {}
    for query in queries(words):
        if len(found) < limit:
            for row in db.rows(_SELECT, (query, limit)):
                found.setdefault(row[2], row)
    wanted = set(content_words(words))
    return [
        FoundTurn(conversation_id, title, turn_id, role, snippet(text, wanted), score, created_at)
        for conversation_id, title, turn_id, role, text, score, created_at in found.values()
    ][:limit]


_SELECT = """
    SELECT conversations.id, title, conversation_turns.id, role, conversation_turns.text, -conversation_turns_fts.rank,
        conversation_turns.created_at
    FROM conversation_turns_fts
    JOIN conversation_turns ON conversation_turns.id = conversation_turns_fts.rowid
    JOIN conversations ON conversations.id = conversation_id
    WHERE conversation_turns_fts MATCH ?
    ORDER BY conversation_turns_fts.rank LIMIT ?
"""
