"""Requests of people, each with the tool call it asks for, the question it leaves open, or the plain answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import tool_names
from phrasings import Language, choose, fill, slots
from slots import Slots, Value

EXTRA_CHANCE = 0.3
_ARGUMENT = {"a_title": "title", "the_event": "event", "at_location": "location"}
_WEIGHTS = {"calendar_create": 4.0, "calendar_move": 1.3, "inbox_search": 1.5, "files_search": 1.2}
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
    phrasing = language.tools[tool].pick(random, held)
    text, values = written(phrasing, Slots(language, random, held=held), random)
    return Request(text, tool, values)


def written(phrasing: str, values: Slots, random: Random) -> tuple[str, dict[str, Any]]:
    """A phrasing with its slots filled, and the arguments that its values stand for."""
    phrasing = casual(choose(phrasing, random).strip(), random, values.stop)
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
