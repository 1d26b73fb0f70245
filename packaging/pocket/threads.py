"""Threads of messages and the action items in them: what, who, by when, and in which message.

A line that asks for something names who shall do it, or asks all ("someone should"); a promise makes the speaker the
one who does it. What was done, declined or merely told is no item.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from calls import disturbed
from phrasings import Language, Lines, choose, lines_of
from slots import Slots

ANY_VERB = 0.25
"""How often a deed's verb is any word, in training."""
ASIDE_CHANCE = 0.12
"""How often words that belong to no value stand before a sentence, and how often after it."""
LENGTHS = (*(1,) * 16, 2, 3)
"""Messages of a thread to train on: mostly one, as the program asks about each message on its own."""
SENTENCES, TRAINED_SENTENCES = (1, 1, 2, 2, 3), (1, 1, 1, 1, 1, 2, 3)
"""Of a message; to train on mostly one, as the program asks about each sentence on its own."""
_ANY_WORD = re.compile(r"\{w\}")
ASK_FOR_ITEMS = "List the action items in these messages."


@dataclass(frozen=True)
class Thread:
    """Numbered messages, and the action items as the model writes them."""

    text: str
    items: list[dict[str, Any]]

    @property
    def json(self) -> str:
        return json.dumps({"items": self.items}, ensure_ascii=False)


def thread(language: Language, random: Random, *, held: bool = False, length: int | None = None) -> Thread:
    """A thread of `length` messages, one of `LENGTHS` unless given, among two to four people."""
    return _Writer(language, random, held).thread(length)


class _Writer:
    def __init__(self, language: Language, random: Random, held: bool) -> None:
        words = language.tables["threads"]
        self._slots, self._random, self._held = Slots(language, random, held=held), random, held
        self._verbs, self._asks, self._promises, self._nothing, self._lead_ins, self._tails = (
            _lines(tuple(words[name].get("core", ())), tuple(words[name]["phrasings"])).part(held)
            for name in ("verbs", "asks", "promises", "nothing", "lead_ins", "tails")
        )
        self._by = words["by"]

    def thread(self, length: int | None) -> Thread:
        random = self._random
        people = list(dict.fromkeys(self._slots.name() for _ in range(random.randint(2, 4))))
        chance = random.choice((0.0, 0.4, 0.6, 0.8))
        length = length or random.choice(LENGTHS)
        counts = (1, 1, 2) if length > 1 else SENTENCES if self._held else TRAINED_SENTENCES
        lines, items = [], []
        for number in range(1, length + 1):
            speaker = random.choice(people)
            said: list[str] = []
            for _ in range(random.choice(counts)):
                if random.random() < chance:
                    text, item = self._item(speaker, people)
                    items.append(item | {"message": number})
                else:
                    text = self._fill(random.choice(self._nothing))
                said.append(text)
            said[:-1] = map(_stopped, said[:-1])
            lines.append(f"[{number}] {speaker}: {' '.join(said)}")
        return Thread("\n".join(lines), items)

    def _item(self, speaker: str, people: list[str]) -> tuple[str, dict[str, Any]]:
        """A sentence that makes an item, and the item."""
        random = self._random
        what = self._what()
        by, clause = "", ""
        if random.random() < 0.55:
            by = self._slots.date()
            clause = f" {by}"
            bare = by.removeprefix("on ")
            if not bare.startswith(("in ", "by ", "at ", "within ")):
                by = bare
                clause = " " + random.choice(self._by).format(d=bare)
        if random.random() < 0.35:
            who, pattern = speaker, random.choice(self._promises)
        else:
            others = [name for name in people if name != speaker] or [self._slots.name()]
            who, pattern = random.choice(others).split(" ")[0], random.choice(self._asks)
        item = {"what": what, "who": who} | ({"by": by} if by else {})
        return self._fill(pattern, who=who, what=what, by=clause), item

    def _what(self) -> str:
        """A deed; in training often with any word for its verb, so that deeds are copied rather than known."""
        pattern = choose(self._random.choice(self._verbs), self._random)
        if not self._held and self._random.random() < ANY_VERB:
            verb = self._slots.made_up() if self._random.random() < 0.3 else self._slots.word()
            pattern = " ".join((verb, *pattern.split(" ")[1:]))
        return pattern.format(t=self._slots.topic(), n=self._slots.name())

    def _varied(self, pattern: str) -> str:
        """The pattern with its choices made, any word for each `{w}`, and in training at times disturbed."""
        pattern = self._with_asides(choose(pattern, self._random))
        pattern = _ANY_WORD.sub(lambda _: self._slots.word(), pattern)
        return pattern if self._held else disturbed(pattern, self._slots, self._random)

    def _with_asides(self, pattern: str) -> str:
        """The pattern, at times with a lead-in, and with a tail: a sentence of its own, or words after the deed."""
        random = self._random
        if random.random() < ASIDE_CHANCE:
            lead_in = choose(random.choice(self._lead_ins), random)
            if lead_in[-1] not in ".!?" and pattern[1:2].islower():
                pattern = pattern[0].lower() + pattern[1:]
            pattern = f"{lead_in} {pattern}"
        if random.random() < ASIDE_CHANCE:
            tail, end = choose(random.choice(self._tails), random), pattern.rstrip(".?!")
            if tail[0] in ", ":
                return end + tail + pattern[len(end) :] if end.endswith(("{what}", "{by}")) else pattern
            return f"{_stopped(pattern)} {tail}"
        return pattern

    def _fill(self, pattern: str, **given: str) -> str:
        """The pattern's text, with values for its slots where none are given."""
        texts = {"t": self._slots.topic(), "n": self._slots.name(), "d": self._slots.date(), "what": self._what()}
        return self._varied(pattern).format(**texts | given)


def _stopped(sentence: str) -> str:
    """The sentence with a stop, so that another may follow it."""
    return sentence if sentence[-1] in ".?!,)" else f"{sentence}."


@lru_cache(16)
def _lines(core: tuple[str, ...], phrasings: tuple[str, ...]) -> Lines:
    """What `lines_of` makes of them, once: a thread is written in less time than they are split."""
    return lines_of({"core": core, "phrasings": phrasings})
