"""The latest messages, and those that fit words, a sender and dates."""

from __future__ import annotations

from collections.abc import Sequence, Set

from tools.desk_db import DeskDatabase
from tools.inbox.query import Query
from tools.inbox.records import FoundMessage, Message
from tools.inbox.store import MessageStore
from tools.search_words import phrase, snippet, tokens_of, word_queries
from tools.words import content_words

_SNIPPET_BODY = 20_000
"""Characters of a text in which the sentence to show is looked for."""
MOST_RANKED = 3000
"""Messages; ranking ten times as many takes FTS5 longer than a person notices."""


def newest(db: DeskDatabase, asked: Query, limit: int, skip: int = 0) -> list[Message]:
    """The latest messages, newest first, that fit all but the words of a query."""
    for condition in _sender_forms(asked.senders):
        if found := _newest(db, asked, condition, limit, skip):
            return found
    return []


def search(db: DeskDatabase, asked: Query, limit: int) -> list[FoundMessage]:
    """The messages that fit best, those with all of the words first; without words the latest ones."""
    for condition in _sender_forms(asked.senders):
        if found := _found(db, asked, condition, limit):
            return found
    return []


def _sender_forms(senders: Sequence[str]) -> list[str]:
    """FTS5 conditions on the sender: the words as they are, then the last one as the beginning of a word.

    Without a sender there is one, which is empty; for a name without a letter in it there is none.
    """
    tokens = [tokens_of(sender) for sender in senders]
    if not tokens:
        return [""]
    if not all(tokens):
        return []
    return [" AND ".join(f"sender : {phrase(found)}{end}" for found in tokens) for end in ("", " *")]


def _found(db: DeskDatabase, asked: Query, sender: str, limit: int) -> list[FoundMessage]:
    every, some = word_queries(asked.words)
    if not every:
        return [] if asked.words else [_hit(db, message) for message in _newest(db, asked, sender, limit)]
    hits: dict[int, FoundMessage] = {}
    wanted = set(content_words(asked.words))
    best = _best(db, asked, _both(sender, " AND ".join(every)), limit)
    if len(best) < limit:
        best += _best(db, asked, _both(sender, " OR ".join(_telling(db, some))), limit)
    for message, score in best:
        if message.id not in hits and len(hits) < limit:
            hits[message.id] = _hit(db, message, wanted, score)
    return list(hits.values())


def _best(db: DeskDatabase, asked: Query, wording: str, limit: int) -> list[tuple[Message, float]]:
    """The messages that fit best; the latest where so many fit that how well they do tells nothing."""
    if not _is_rare(db, wording):
        return [(message, 0.0) for message in _newest(db, asked, wording, limit)]
    conditions, values = _conditions(asked)
    return MessageStore(db).select_scored(
        "JOIN inbox_fts ON inbox_fts.rowid = inbox_messages.id"
        f" WHERE inbox_fts MATCH ? {conditions} ORDER BY inbox_fts.rank LIMIT ?",
        (wording, *values, limit),
        score="-inbox_fts.rank",
    )


def _newest(db: DeskDatabase, asked: Query, wording: str, limit: int, skip: int = 0) -> list[Message]:
    conditions, values = _conditions(asked)
    matching = "AND id IN (SELECT rowid FROM inbox_fts WHERE inbox_fts MATCH ?)" if wording else ""
    # Few messages are looked up and sorted; among many, going back in time soon finds enough.
    way = "" if wording and _is_rare(db, wording) else "INDEXED BY inbox_messages_by_date"
    return MessageStore(db).select(
        f"{way} WHERE true {conditions} {matching} ORDER BY sent_at DESC, id DESC LIMIT ? OFFSET ?",
        (*values, *([wording] if wording else []), limit, skip),
    )


def _conditions(asked: Query) -> tuple[str, list[float]]:
    """What is asked beside words and senders, each condition behind an AND."""
    bounds = {"AND sent_at >= ?": asked.after, "AND sent_at < ?": asked.before}
    given = {condition: at for condition, at in bounds.items() if at is not None}
    return " ".join([*given, *(["AND attachments > 0"] if asked.has_attachment else [])]), list(given.values())


def _telling(db: DeskDatabase, words: list[str]) -> list[str]:
    """The words that few messages have; all when there is none."""
    return [word for word in words if _is_rare(db, word)] or words


def _is_rare(db: DeskDatabase, wording: str) -> bool:
    found = db.rows(
        "SELECT count(*) FROM (SELECT 1 FROM inbox_fts WHERE inbox_fts MATCH ? LIMIT ?)", (wording, MOST_RANKED + 1)
    )
    return bool(found[0][0] <= MOST_RANKED)


def _both(first: str, second: str) -> str:
    return f"({first}) AND ({second})" if first else second


def _hit(db: DeskDatabase, message: Message, wanted: Set[str] = frozenset(), score: float = 0.0) -> FoundMessage:
    """With a sentence of the message that has the words, or else of its attachments."""
    shown = snippet(message.body[:_SNIPPET_BODY], wanted) if message.body.strip() else message.subject
    if wanted and message.attachments and not wanted & set(content_words(f"{shown} {message.subject}")):
        for name, text in MessageStore(db).attachment_texts(message.id):
            line = snippet(text[:_SNIPPET_BODY], wanted)
            if wanted & set(content_words(line)):
                return FoundMessage(message, f"{name}: {line}", score)
    return FoundMessage(message, shown, score)
