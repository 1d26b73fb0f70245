"""Grammars as data: patterns of words and slots, each with a meaning, and a parser that finds every way to read a text.

A category (`day`, `clock`) has meanings, and each meaning has patterns:

    [day]
    "coming(weekday)" = ["(on|this coming|) {weekday}"]
    "in_days(n)" = ["in {n} days", "{n} days from now"]

`{weekday}` and `{n:many}` are slots: what stands there is read by the category of that name, and the meaning refers to
it by its name. `(a|b|)` are alternatives. A space asks for the end of a word and allows white space; without one the
next piece follows at once ("{weekday}s"). In a language that is written without spaces every piece may follow at once.

The parser goes top-down through a trie of each category's patterns and keeps what it found at each place (a packrat
parser that keeps all parses, after Ford 2002 and Frost 2006), so a text is read in time polynomial in its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from tools.date_language.text import may_part, plain

type Arg = int | str | Term


class Term(NamedTuple):
    """A meaning with its arguments: `coming(4)`."""

    name: str
    args: tuple[Arg, ...]


class Literal(NamedTuple):
    """Letters to be found as they stand."""

    text: str
    parted: bool


class Slot(NamedTuple):
    """A place for what another category reads."""

    category: str
    name: str
    parted: bool


type Piece = Literal | Slot
type Bound = Mapping[str, Arg]
type Found = tuple[int, Arg]

TERMINALS: dict[str, tuple[re.Pattern[str], Callable[[str], Arg]]] = {
    "int": (re.compile(r"\d{1,4}(?![\d]|[.,]\d)"), int),
    "decimal": (re.compile(r"\d{1,3}[.,]\d{1,2}(?!\d)"), lambda text: text.replace(",", ".")),
    "day_number": (re.compile(r"(0?[1-9]|[12]\d|3[01])(?!\d)"), int),
    "month_number": (re.compile(r"(0?[1-9]|1[0-2])(?!\d)"), int),
    "year_number": (re.compile(r"(1[89]|2\d)\d\d(?!\d)"), int),
    "short_year": (re.compile(r"\d\d(?!\d)"), int),
    "hour": (re.compile(r"(1?\d|2[0-4])(?!\d)"), int),
    "zero_hour": (re.compile(r"0\d(?!\d)"), int),
    "minute": (re.compile(r"[0-5]\d(?!\d)"), int),
}
"""Numbers as digits, by what they can stand for."""


@dataclass
class Node:
    """A place in the trie of a category's patterns."""

    literals: dict[Literal, Node] = field(default_factory=dict)
    slots: dict[Slot, Node] = field(default_factory=dict)
    meanings: list[Arg] = field(default_factory=list)

    def add(self, pieces: tuple[Piece, ...], meaning: Arg) -> None:
        node = self
        for piece in pieces:
            if isinstance(piece, Literal):
                node = node.literals.setdefault(piece, Node())
            else:
                node = node.slots.setdefault(piece, Node())
        if meaning not in node.meanings:
            node.meanings.append(meaning)


class Grammar:
    """The categories of one language."""

    def __init__(self, *, spaced: bool = True) -> None:
        self._spaced = spaced
        self._categories: dict[str, Node] = {}

    def add(self, category: str, meaning: str, patterns: list[str]) -> None:
        """Adds ways to say `meaning`."""
        root = self._categories.setdefault(category, Node())
        for pattern in patterns:
            for flat in alternatives(pattern):
                root.add(pieces(flat, self._spaced), expression(meaning))

    def parse(self, category: str, text: str) -> list[Arg]:
        """Every meaning that `text`, all of it, has as a `category`."""
        reading = self.reading(text)
        return list(dict.fromkeys(meaning for end, meaning in reading.read(category, 0) if end == len(text)))

    def reading(self, text: str) -> Reading:
        """What stands where in `text`."""
        return Reading(self._categories, text)


class Reading:
    """One text being read; what was found where is kept."""

    def __init__(self, categories: Mapping[str, Node], text: str) -> None:
        self._categories, self._text = categories, text
        self._found: dict[tuple[str, int], tuple[Found, ...]] = {}

    def read(self, category: str, position: int) -> tuple[Found, ...]:
        """What `category` can read from `position` on: where it ends, and what it means."""
        if category in TERMINALS:
            pattern, value = TERMINALS[category]
            match = pattern.match(self._text, position)
            return ((match.end(), value(match.group())),) if match else ()
        key = category, position
        if key not in self._found:
            self._found[key] = ()  # a category that begins with itself finds nothing, instead of never ending
            node = self._categories.get(category)
            self._found[key] = tuple(dict.fromkeys(self._walk(node, position, {}))) if node else ()
        return self._found[key]

    def _walk(self, node: Node, position: int, bound: Bound) -> Iterator[Found]:
        for meaning in node.meanings:
            yield position, _filled(meaning, bound)
        parted = self._next_word(position)
        for literal, after in node.literals.items():
            begin = parted if literal.parted else position
            if begin is not None and self._text.startswith(literal.text, begin):
                yield from self._walk(after, begin + len(literal.text), bound)
        for slot, after in node.slots.items():
            begin = parted if slot.parted else position
            if begin is not None:
                for end, meaning in self.read(slot.category, begin):
                    yield from self._walk(after, end, {**bound, slot.name: meaning})

    def _next_word(self, position: int) -> int | None:
        if not may_part(self._text, position):
            return None
        blank = self._text[position : position + 1] == " "
        return position + 1 if blank else position


def alternatives(pattern: str) -> list[str]:
    """A pattern without alternatives for each that it offers.

    >>> alternatives("(on|) {weekday}")
    ['on {weekday}', ' {weekday}']
    """
    inner = re.search(r"\(([^()]*)\)", pattern)
    if not inner:
        return [pattern]
    before, after = pattern[: inner.start()], pattern[inner.end() :]
    found = [alternatives(f"{before}{choice}{after}") for choice in inner.group(1).split("|")]
    return [flat for several in found for flat in several]


def pieces(pattern: str, spaced: bool) -> tuple[Piece, ...]:
    """The words and slots of a pattern without alternatives."""
    made: list[Piece] = []
    parted = False
    for part in re.findall(r"\{[^}]*\}|\s+|[^{}\s]+", pattern.strip()):
        if part.isspace():
            parted = True
            continue
        parted = bool(made) and (parted or not spaced)
        if part.startswith("{"):
            category, _, name = part[1:-1].partition(":")
            made.append(Slot(category, name or category, parted))
        else:
            made.append(Literal(plain(part), parted))
        parted = False
    return tuple(made)


@cache
def expression(text: str) -> Arg:
    """A written meaning as a term: `nth(-1, weekday, month)`."""
    tokens = re.findall(r"-?\d+|\w+|[(),]", text)
    made, rest = _expression(tokens)
    if rest or "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError(f"{text!r} is no meaning")
    return made


def _expression(tokens: list[str]) -> tuple[Arg, list[str]]:
    head, rest = tokens[0], tokens[1:]
    if rest[:1] != ["("]:
        return (int(head) if re.fullmatch(r"-?\d+", head) else head), rest
    args: list[Arg] = []
    rest = rest[1:] if rest[1] == ")" else rest
    while rest[0] != ")":
        made, rest = _expression(rest[1:])
        args.append(made)
    return Term(head, tuple(args)), rest[1:]


def _filled(meaning: Arg, bound: Bound) -> Arg:
    if isinstance(meaning, str):
        return bound.get(meaning, meaning)
    if isinstance(meaning, Term):
        return Term(meaning.name, tuple(_filled(arg, bound) for arg in meaning.args))
    return meaning
