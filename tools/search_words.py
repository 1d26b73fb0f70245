"""From the words that a person searches for to FTS5's query language, and back to the sentence that has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

from tools.desk_db.index_text import index_text
from tools.sentences import split_sentences
from tools.words import content_words, stem

SNIPPET_CHARACTERS = 240
MOST_WORDS = 60
"""FTS5 refuses expressions of more than 256 parts; a question needs fewer."""


def queries(words: str) -> list[str]:
    """FTS5 queries, the strictest first: all of the words, then any of them."""
    every, some = word_queries(words)
    found = [" AND ".join(every), " OR ".join(some)]
    return [query for query in dict.fromkeys(found) if query]


def word_queries(words: str) -> tuple[list[str], list[str]]:
    """A query for each word or quoted phrase; and those of which one is enough, with words without spaces in pieces."""
    parts = re.findall(r'"([^"]*)"|([^\s"]+)', words)
    telling = [part for part in parts if part[0] or content_words(part[1])] or parts
    every: list[str] = []
    some: list[str] = []
    for quoted, word in telling[:MOST_WORDS]:
        if tokens := tokens_of(quoted or word):
            every.append(_form(tokens) if word else phrase(tokens))
            some.extend(_fragments(tokens) if word and len(tokens) > 2 else every[-1:])
    return every, some[:MOST_WORDS]


def _form(tokens: list[str]) -> str:
    """A word in any of its forms, as far as the folder's languages share a way to tell them."""
    word = tokens[0].casefold()
    beginning = stem(word)
    if len(tokens) == 1 and beginning == word and len(word) >= 6 and word.isascii():
        return f'"{word.removesuffix("y")}"*'
    if len(beginning) >= 6:
        beginning = beginning.removesuffix("y")
    if len(tokens) > 1 or beginning == word:
        return phrase(tokens)
    return f'({phrase(tokens)} OR "{beginning}"*)'


def _fragments(tokens: list[str]) -> list[str]:
    """A sentence without spaces, in pairs of characters: as a whole it is hardly ever in a text."""
    return [phrase(tokens[place : place + 2]) for place in range(len(tokens) - 1)]


def phrase(tokens: list[str]) -> str:
    """The FTS5 query for these tokens, one directly behind the other."""
    return f'"{" ".join(tokens)}"'


def tokens_of(text: str) -> list[str]:
    """Runs of letters, digits and marks: what is left has no meaning in FTS5's query language when it is quoted."""
    signs = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in index_text(text))
    return "".join(signs).split()


def snippet(text: str, wanted: Set[str]) -> str:
    """The sentence of `text` that has most of the `wanted` words (as `content_words` gives them), on one line."""
    spans = split_sentences(text) or [(0, len(text))]
    start, end = max(spans, key=lambda span: len(wanted & set(content_words(text[span[0] : span[1]]))))
    line = " ".join(text[start:end].split())
    if len(line) > SNIPPET_CHARACTERS:
        line = f"{line[:SNIPPET_CHARACTERS].rsplit(' ', 1)[0]}…"
    return line
