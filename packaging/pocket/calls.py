"""Requests of people, each with the tool call it asks for, the question it leaves open, or the plain answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import tool_names
from phrasings import Language, Lines, choose, fill, slots
from slots import Slots, Value

EXTRA_CHANCE = 0.3
SYNONYM_CHANCE = 0.35
"""How often a word that has synonyms is one of them."""
OPENER_CHANCE, CLOSER_CHANCE, REASON_CHANCE, DISTURBED_CHANCE = 0.14, 0.12, 0.1, 0.15
"""How often words that change nothing stand before a request, and after it; how often some that fit its tool do."""
_ARGUMENT = {"a_title": "title", "the_event": "event", "at_location": "location"}
_WEIGHTS = {"calendar_create": 2.6, "calendar_move": 1.3, "inbox_search": 1.5, "files_search": 1.2}
"""How often a tool is asked for, where it is not once."""


@dataclass(frozen=True)
class Request:
    """A request, the values in it and, when it is complete, the tool it calls."""

    text: str
    tool: str
    values: dict[str, Any]

    @property
    def call(self) -> str:
        return tool_names.call(self.tool, self.values)


def request(language: Language, random: Random, *, held: bool = False, tool: str | None = None) -> Request:
    """A complete request for `tool`, or for one drawn at random."""
    if tool is None:
        tool = random.choices(tool_names.NAMES, [_WEIGHTS.get(name, 1.0) for name in tool_names.NAMES])[0]
    phrasing = wording(language, language.tools[tool], tool, random, held=held)
    text, values = written(phrasing, Slots(language, random, held=held), random, tool)
    return Request(text, tool, values)


def wording(language: Language, lines: Lines, tool: str, random: Random, *, held: bool) -> str:
    """One of the phrasings with its choices made, in training with synonyms; never as one that is held back."""
    phrasing = choose(lines.pick(random, held), random)
    if held:
        return phrasing
    varied = language.thesaurus.varied(phrasing, tool, SYNONYM_CHANCE, random)
    return phrasing if lines.holds_back(varied) else varied


def written(phrasing: str, values: Slots, random: Random, tool: str = "") -> tuple[str, dict[str, Any]]:
    """A phrasing with its slots filled, and the arguments that its values stand for; `tool` is what it asks for."""
    phrasing = choose(phrasing, random).strip()
    if not values.held:
        phrasing = disturbed(with_asides(phrasing, values, random, tool), values, random)
    phrasing = casual(phrasing, random, values.stop)
    texts: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, is_extra in slots(phrasing):
        if is_extra and random.random() > EXTRA_CHANCE:
            continue
        value: Value = values.extra(name) if is_extra else values.make(name)[name]
        texts[("+" if is_extra else "") + name] = value.text
        found[_ARGUMENT.get(name, name)] = value.value
    if "date" in found or "time" in found:
        found["start"] = " ".join(found.pop(name) for name in list(found) if name in ("date", "time"))
    return fill(phrasing, texts), found


def casual(phrasing: str, random: Random, stop: str) -> str:
    """The phrasing as it may be typed: without its last stop, or with another first letter; never inside a slot."""
    kind = random.random()
    if kind < 0.25:
        phrasing = phrasing.rstrip(".?!।")
    elif kind < 0.35 and phrasing[-1] not in ".?!।":
        phrasing += stop
    if random.random() < 0.25:
        return phrasing[0].lower() + phrasing[1:]
    return phrasing[0].upper() + phrasing[1:] if random.random() < 0.3 else phrasing


def with_asides(phrasing: str, values: Slots, random: Random, tool: str = "") -> str:
    """The phrasing, at times with words before or after it that change nothing; none where any words may end it."""
    asides, ends_open = values.asides, phrasing.endswith(("{points}", "{fact}"))
    if random.random() < REASON_CHANCE and (reasons := asides["before"].get(tool)):
        phrasing = _after(random.choice(reasons), phrasing, values)
    if random.random() < OPENER_CHANCE:
        phrasing = _after(random.choice(asides["openers"]), phrasing, values)
    if random.random() < REASON_CHANCE and not ends_open and (reasons := asides["after"].get(tool)):
        phrasing = _before(phrasing, random.choice(reasons))
    elif random.random() < CLOSER_CHANCE and not ends_open:
        phrasing = _before(phrasing, random.choice(asides["closers"]))
    return phrasing


def _after(aside: str, phrasing: str, values: Slots) -> str:
    """The phrasing behind an aside; its first letter is small unless a sentence ends before it."""
    space = "" if aside.endswith(" ") or not values.spaced else " "
    first = phrasing[0] if aside.rstrip().endswith((".", "!", "?", "।")) else phrasing[0].lower()
    return f"{aside}{space}{first}{phrasing[1:]}"


def _before(phrasing: str, aside: str) -> str:
    """The phrasing with an aside at its end: before its stop, or after it when the aside is a sentence of its own."""
    end = phrasing[-1] if phrasing[-1] in ".?!।" else ""
    if aside.startswith((".", "।")):
        return phrasing + aside[1:] if end else phrasing + aside
    return phrasing.removesuffix(end) + (aside.rstrip(".?!") if end else aside) + end


def disturbed(phrasing: str, values: Slots, random: Random) -> str:
    """The phrasing, at times with a word of its own mistyped, left out or replaced by any other word; never a slot."""
    if random.random() > DISTURBED_CHANCE:
        return phrasing
    words = phrasing.split(" ")
    places = [place for place, word in enumerate(words) if len(word) > 2 and word.isalpha()]
    if len(places) < 3:
        return phrasing
    place, kind = random.choice(places), random.random()
    if kind < 0.5:
        words[place] = _mistyped(words[place], random)
    elif kind < 0.75:
        del words[place]
    else:
        words[place] = values.word()
    return " ".join(words)


def _mistyped(word: str, random: Random) -> str:
    """Two letters turned round, one left out, or one typed twice in place of the next."""
    cut = random.randrange(1, len(word) - 1)
    return word[:cut] + random.choice((word[cut + 1] + word[cut], word[cut], word[cut] * 2)) + word[cut + 2 :]
