"""The phrasings of a language, as the TOML files of `phrasings/` hold them, and how a phrasing becomes a text.

A phrasing is a text with alternatives, `(Please |)show {count} messages{+sender}`: `{slot}` is filled, `{+slot}` is an
extra that is there or not, and prints its own words around the value (`from Ana`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from synonyms import Thesaurus

PHRASINGS = Path(__file__).parent / "phrasings"
LANGUAGES = ("en", "de", "fr", "it", "pt", "es", "hi", "th")

HELD_PART = 0.12
"""The part of the phrasings of each kind that is for evaluation alone."""

_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
_SCRIPTS = {
    "hi": re.compile("[\u0904-\u0939][\u0900-\u0963]+"),
    "th": re.compile("[\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e]+"),
}

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\+?)([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Lines:
    """Phrasings of one kind; `held` ones are for evaluation and never trained on."""

    train: tuple[str, ...]
    held: tuple[str, ...]
    _said_held: frozenset[str] = field(repr=False)
    """The words of each variant of the held ones."""

    def pick(self, random: Random, held: bool) -> str:
        return random.choice(self.part(held))

    def part(self, held: bool) -> tuple[str, ...]:
        return self.held if held else self.train

    def holds_back(self, text: str) -> bool:
        """Whether a phrasing without choices says just what a held one says."""
        return _words_of(text) in self._said_held


@dataclass(frozen=True)
class Missing:
    """Requests that lack a required value, what the assistant asks then, and what the person may answer."""

    tool: str
    argument: str
    ask: str
    lines: Lines
    replies: tuple[str, ...]


@dataclass(frozen=True)
class Plain:
    """Words that no tool is for, and the one answer to them."""

    kind: str
    reply: str
    lines: Lines


@dataclass(frozen=True)
class Language:
    code: str
    pools: dict[str, Any]
    extras: dict[str, list[str]]
    tools: dict[str, Lines]
    missing: tuple[Missing, ...]
    plain: tuple[Plain, ...]
    results: dict[str, str]
    thesaurus: Thesaurus = field(repr=False)
    tables: dict[str, dict[str, Any]] = field(repr=False)
    """The files as they are, by their names."""
    words: dict[bool, tuple[str, ...]] = field(repr=False)
    """Single words out of the pools: those to train on (False) and those held back (True)."""
    pieces: tuple[str, ...] = field(repr=False, default=())
    """Pieces of words as the vocabulary has them, to make up words with; none for a vocabulary yet to be made."""

    def pool(self, name: str, held: bool) -> list[Any]:
        """The values of a pool; the held ones where the pool has a held part."""
        return self.pools.get(f"held_{name}", self.pools[name]) if held else self.pools[name]


def load_language(code: str, folder: Path = PHRASINGS, pieces: tuple[str, ...] = ()) -> Language:
    """Read all phrasings of a language. Raises KeyError or ValueError when a file is not as it should be.

    Of `pieces`, a vocabulary's, the language takes those of its own letters.
    """
    tables = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((folder / code).glob("*.toml"))}
    pools = dict(tables["pools"])
    return Language(
        code=code,
        extras=pools.pop("extras"),
        pools=pools,
        tools={
            tool: lines_of(entry) for name in ("calendar", "inbox", "files") for tool, entry in tables[name].items()
        },
        missing=tuple(
            Missing(entry["tool"], entry["argument"], entry["ask"], lines_of(entry), tuple(entry["replies"]))
            for entry in tables["missing"]["missing"]
        ),
        plain=tuple(Plain(entry["kind"], entry["reply"], lines_of(entry)) for entry in tables["plain"]["plain"]),
        results=tables["results"],
        thesaurus=Thesaurus.of(tables["synonyms"]["synonyms"], spaced=code != "th"),
        tables=tables,
        words=_words(tables["pools"]),
        pieces=tuple(piece for piece in pieces if _SCRIPTS.get(code, _LATIN).fullmatch(piece)),
    )


def _words(pools: dict[str, Any]) -> dict[bool, tuple[str, ...]]:
    """The words of the pools of titles, topics and folders; a held word never stands in a trained pool."""
    found: dict[bool, dict[str, None]] = {False: {}, True: {}}
    for name in ("titles", "topics", "folder_words"):
        for held in (False, True):
            for text in pools[f"held_{name}" if held else name]:
                title = text.split("|")[1] if "|" in text else text
                found[held] |= dict.fromkeys(word for word in title.split() if len(word) > 2)
    return {False: tuple(found[False]), True: tuple(word for word in found[True] if word not in found[False])}


def lines_of(entry: dict[str, Any]) -> Lines:
    """Split the phrasings: those whose hash says so are held, the same ones each time, at least two.

    What stands under `core` is trained on whatever its hash says: words by which most people ask, and all that was
    written after the held ones were settled. A phrasing that says the same as one of its alternatives is not held
    either.
    """
    core = tuple(entry.get("core", ()))
    trained = {_words_of(text) for phrasing in core for text in variants(phrasing)}
    ranked = sorted(entry["phrasings"], key=lambda phrasing: crc32(phrasing.encode()))
    count = max(2, round(len(ranked) * HELD_PART))
    held = [one for one in ranked[:count] if trained.isdisjoint(map(_words_of, variants(one)))]
    rest = [phrasing for phrasing in entry["phrasings"] if phrasing not in held and phrasing not in core]
    said = frozenset(_words_of(text) for phrasing in held for text in variants(phrasing))
    return Lines((*core, *rest), tuple(held), said)


def variants(phrasing: str) -> list[str]:
    """The phrasing with each choice of its alternatives."""
    match = _CHOICE.search(phrasing)
    if match is None:
        return [phrasing]
    start, end = phrasing[: match.start()], phrasing[match.end() :]
    return [text for choice in match[1].split("|") for text in variants(start + choice + end)]


def _words_of(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def choose(phrasing: str, random: Random) -> str:
    """The phrasing with one of each of its alternatives."""
    while match := _CHOICE.search(phrasing):
        phrasing = phrasing[: match.start()] + random.choice(match[1].split("|")) + phrasing[match.end() :]
    return phrasing


def slots(phrasing: str) -> list[tuple[str, bool]]:
    """The slots of a phrasing in their order: the name, and whether it is an extra."""
    return [(name, bool(plus)) for plus, name in _SLOT.findall(phrasing)]


def fill(phrasing: str, texts: dict[str, str]) -> str:
    """The phrasing with its slots replaced; an extra that is not in `texts` is left out."""
    return _SLOT.sub(lambda slot: texts.get(slot[1] + slot[2], "") if slot[1] else texts[slot[2]], phrasing)
