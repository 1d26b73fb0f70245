"""One request that asks for several things, as several requests, for a model that hears one at a time."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

_BETWEEN = r"(?:\s*[,;.]\s*(?:{links})?\s*|\s+(?:{links})\s+)"


def clauses(request: str) -> list[str]:
    """The parts of a request, each beginning with a word that asks for something: one part is the whole request.

    A part ends only before such a word, so that names and titles that are joined by "and" stay together. One that
    begins with such a word gets a capital, as requests mostly have: a small model knows these best.
    """
    cuts = [match.end() for match in _pattern().finditer(request)]
    starts = [0, *cuts]
    parts = [request[start:end] for start, end in zip(starts, [*cuts, len(request)], strict=True)]
    return [_begun(trimmed) for part in parts if (trimmed := _trimmed(part))]


def _begun(part: str) -> str:
    """With a capital where it begins with a word that asks, which is no part of a name or a title."""
    return part[0].upper() + part[1:] if _asks_at_start().match(part) else part


def _trimmed(part: str) -> str:
    """Without the comma or the "and" that led to the next part."""
    return _links_at_end().sub("", part.strip()).strip(" ,;") or part.strip(" ,;")


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("app.conversation") / "clauses.toml").read_text("utf-8"))


@cache
def _pattern() -> re.Pattern[str]:
    """What stands between two parts, when one that asks for something follows."""
    return re.compile("|".join(_between(code, words) for code, words in _words().items()), re.IGNORECASE)


def _between(code: str, words: dict[str, list[str]]) -> str:
    links, asks = _any(words["links"]), _any(words["asks"])
    if code == "th":  # a space is between sentences, not between words
        return rf"\s+(?:{links})?\s*(?={asks})"
    return rf"{_BETWEEN.format(links=links)}(?=(?:{asks})(?!\w))"


@cache
def _asks_at_start() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any([ask for words in _words().values() for ask in words['asks']])})(?!\w)")


@cache
def _links_at_end() -> re.Pattern[str]:
    links = [link for words in _words().values() for link in words["links"]]
    return re.compile(rf"(?:^|[\s,;.]+)(?:{_any(links)})?[\s,;.]*$", re.IGNORECASE)


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
