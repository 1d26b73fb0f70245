"""The times that stand in a text among other words: "at 3pm" in "put tea with Ana at 3pm into my calendar"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from tools.date_language.grammar import Term
from tools.date_language.language import language
from tools.date_language.moment import NotUnderstood, Unclear
from tools.date_language.text import may_part, plain

_ABBREVIATED = re.compile(r"(?<=\.)[^\W\d]\.(?!\w)|[^\W\d]\.(?= [^\W_A-Z])")
"""A last letter whose dot is no sentence's: that of "p.m.", or one that words go on behind."""
LONGEST_TEXT = 2000
"""Characters of a text that are looked through, its last ones."""
MOST_FOUND = 48
_WORD = re.compile(r"\S*[^\s.,;:!?…]")
"""Without the marks of a sentence at its end."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` until just before `end`, in characters of a text."""

    start: int
    end: int

    def holds(self, other: Stretch) -> bool:
        return self != other and self.start <= other.start and other.end <= self.end


def times_in(
    text: str,
    categories: Sequence[str],
    languages: Sequence[str],
    resolve: Callable[[str], object],
    *,
    apart: bool = False,
    ends: bool = False,
) -> tuple[str, ...]:
    """What `resolve` understands in the text, each once and whole: in its order, those joined last.

    A time at the end of another one counts only where both mean the same: "Monday" beside "on Monday", but not "3pm" of
    "tomorrow at 3pm"; with `ends` any such time counts, "Monday" beside "since Monday". One at its beginning or inside
    never does. With `apart` two that stand apart and are one time together, a day here and an hour there, are
    joined. `resolve` raises `NotUnderstood` or `Unclear` as `Dates` does.
    """
    text = text[-LONGEST_TEXT:]
    meant = _meant(text, categories, languages, resolve)
    whole = [
        one
        for one in meant
        if not any(
            other.holds(one) and (other.end > one.end or (not ends and meant[other] != meant[one])) for other in meant
        )
    ]
    found = [said for one in whole for said in _spellings(text, one)]
    if apart:
        outermost = [one for one in whole if not any(other.holds(one) for other in whole)]
        pairs = (f"{text[a.start : a.end]} {text[b.start : b.end]}" for a, b in combinations(outermost, 2))
        found += [pair for pair in pairs if _meaning(pair, resolve) is not None]
    return tuple(dict.fromkeys(found))


def _spellings(text: str, one: Stretch) -> Iterator[str]:
    """A stretch as it stands, without one of its commas or all, and with the dot of an abbreviation at its end."""
    said = text[one.start : one.end]
    yield said
    yield said.replace(", ", " ")
    for comma in re.finditer(", ", said):
        yield f"{said[: comma.start()]} {said[comma.end() :]}"
    if _ABBREVIATED.match(text, one.end - 1):
        yield f"{said}."


def _meant(
    text: str, categories: Sequence[str], languages: Sequence[str], resolve: Callable[[str], object]
) -> dict[Stretch, object]:
    """The stretches of the text that say a time, and what each means."""
    stretches = {one for tag in languages for one in _read(text, categories, tag)} | set(_written(text))
    meant: dict[Stretch, object] = {}
    for one in sorted(stretches, key=lambda one: (one.start, -one.end))[:MOST_FOUND]:
        meaning = _meaning(text[one.start : one.end], resolve)
        if meaning is not None:
            meant[one] = meaning
    return meant


def _read(text: str, categories: Sequence[str], tag: str) -> Iterator[Stretch]:
    clean, places = aligned(text)
    reading = language(tag).grammar.reading(clean)
    for position in range(len(clean)):
        if clean[position] == " " or not may_part(clean, position):
            continue
        for category in categories:
            for end, _ in reading.read(category, position):
                if end > position and may_part(clean, end):
                    after = places[end] if end < len(places) else len(text)
                    yield Stretch(places[position], _end_of(text, places[end - 1] + 1, after))


def _end_of(text: str, end: int, after: int) -> int:
    """The end of a stretch with the marks that belong to its last letter and that the parser does not see."""
    while end < after and not plain(text[end]):
        end += 1
    return end


def _written(text: str) -> Iterator[Stretch]:
    """Words that may be a time as machines write it: "2026-11-25T15:00"."""
    for word in _WORD.finditer(text):
        if any(character.isdigit() for character in word.group()):
            yield Stretch(word.start(), word.end())


def _meaning(text: str, resolve: Callable[[str], object]) -> object:
    """What the text means, all its readings where there are several; None for what is no time."""
    try:
        return resolve(text)
    except Unclear as unclear:
        return unclear.readings
    except NotUnderstood:
        return None


def numbers_in(text: str, languages: Sequence[str]) -> tuple[int, ...]:
    """The numbers that the text names, in digits or in words, each once and whole: 21, but not the 20 of twenty-one."""
    clean, _ = aligned(text[-LONGEST_TEXT:])
    found: dict[Stretch, int] = {}
    for tag in languages:
        reading = language(tag).grammar.reading(clean)
        for start in range(len(clean)):
            if may_part(clean, start):
                for end, value in (one for category in ("int", "word") for one in reading.read(category, start)):
                    number = _number(value)
                    if number is not None and may_part(clean, end):
                        found[Stretch(start, end)] = number
    return tuple(dict.fromkeys(found[one] for one in found if not any(other.holds(one) for other in found)))


def _number(value: object) -> int | None:
    """A number as the grammar reads it: whole, or as a sum of its words."""
    if isinstance(value, Term) and value.name == "add":
        parts = [_number(part) for part in value.args]
        return None if None in parts else sum(filter(None, parts))
    return value if isinstance(value, int) else None


def aligned(text: str) -> tuple[str, list[int]]:
    """The text as the parser reads it, and for each of its characters where that stands in `text`."""
    clean: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for sign in plain(character):
            if sign.isspace() or (sign == "," and not _within_number(text, place)):
                sign = " "  # noqa: PLW2901 - one spelling for all that parts words
            if sign == "." and _abbreviates(text, place):
                continue
            if sign != " " or (clean and clean[-1] != " "):
                clean.append(sign)
                places.append(place)
    return "".join(clean), places


def _abbreviates(text: str, place: int) -> bool:
    return text[place - 1 : place].isalpha() and text[place + 1 : place + 2].strip() == ""


def _within_number(text: str, place: int) -> bool:
    return text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()
