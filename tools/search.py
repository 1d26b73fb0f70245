"""Finding passages by words, in the files that were read."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.desk_db import DeskDatabase
from tools.desk_db.connections import stored_path
from tools.desk_db.index_text import index_text
from tools.sentences import split_sentences
from tools.words import content_words, stem

SNIPPET_CHARACTERS = 240
MOST_WORDS = 60
"""FTS5 refuses expressions of more than 256 parts; a question needs fewer."""


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
    for query in _queries(words):
        if len(hits) < limit:
            for hit in _matching(db, query, root, limit):
                hits.setdefault(hit.text, hit)
    wanted = set(content_words(words))
    return [_with_snippet(hit, wanted) for hit in list(hits.values())[:limit]]


def _queries(words: str) -> list[str]:
    """FTS5 queries, the strictest first: all of the words, then any of them."""
    parts = re.findall(r'"([^"]*)"|([^\s"]+)', words)
    telling = [part for part in parts if part[0] or content_words(part[1])] or parts
    every, some = [], []
    for phrase, word in telling[:MOST_WORDS]:
        if tokens := _tokens(phrase or word):
            every.append(_form(tokens) if word else _phrase(tokens))
            some.extend(_fragments(tokens) if word and len(tokens) > 2 else every[-1:])
    queries = [" AND ".join(every), " OR ".join(some[:MOST_WORDS])]
    return [query for query in dict.fromkeys(queries) if query]


def _form(tokens: list[str]) -> str:
    """A word in any of its forms, as far as the folder's languages share a way to tell them."""
    word = tokens[0].casefold()
    beginning = stem(word)
    if len(beginning) >= 6:
        beginning = beginning.removesuffix("y")
    if len(tokens) > 1 or beginning == word:
        return _phrase(tokens)
    return f'({_phrase(tokens)} OR "{beginning}"*)'


def _fragments(tokens: list[str]) -> list[str]:
    """A sentence without spaces, in pairs of characters: as a whole it is hardly ever in a text."""
    return [_phrase(tokens[place : place + 2]) for place in range(len(tokens) - 1)]


def _phrase(tokens: list[str]) -> str:
    return f'"{" ".join(tokens)}"'


def _tokens(text: str) -> list[str]:
    """Runs of letters, digits and marks: what is left has no meaning in FTS5's query language when it is quoted."""
    signs = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in index_text(text))
    return "".join(signs).split()


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
    spans = split_sentences(hit.text) or [(0, len(hit.text))]
    start, end = max(spans, key=lambda span: len(wanted & set(content_words(hit.text[span[0] : span[1]]))))
    line = " ".join(hit.text[start:end].split())
    if len(line) > SNIPPET_CHARACTERS:
        line = f"{line[:SNIPPET_CHARACTERS].rsplit(' ', 1)[0]}…"
    return Hit(hit.root, hit.path, hit.place, hit.start, hit.end, line, hit.score, hit.content_hash, hit.text)
