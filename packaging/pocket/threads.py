"""Threads of messages and the action items in them: what, who, by when, and in which message.

A line that asks for something names who shall do it, or asks all ("someone should"); a promise makes the speaker the
one who does it. What was done, declined or merely told is no item.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from phrasings import Language, lines_of
from slots import Slots

ASK_FOR_ITEMS = "List the action items in these messages."


@dataclass(frozen=True)
class Thread:
    """Numbered messages, and the action items as the model writes them."""

    text: str
    items: list[dict[str, Any]]

    @property
    def json(self) -> str:
        return json.dumps({"items": self.items}, ensure_ascii=False)


def thread(language: Language, random: Random, *, held: bool = False) -> Thread:
    """A thread of two to seven messages among two to four people."""
    return _Writer(language, random, held).thread()


class _Writer:
    def __init__(self, language: Language, random: Random, held: bool) -> None:
        words = language.tables["threads"]
        self._slots, self._random = Slots(language, random, held=held), random
        self._verbs, self._asks, self._promises, self._nothing = (
            lines_of(words[name]).part(held) for name in ("verbs", "asks", "promises", "nothing")
        )
        self._by = words["by"]

    def thread(self) -> Thread:
        random = self._random
        people = list(dict.fromkeys(self._slots.name() for _ in range(random.randint(2, 4))))
        chance = random.choice((0.0, 0.3, 0.5, 0.7))
        lines, items = [], []
        for number in range(1, random.randint(2, 7) + 1):
            speaker = random.choice(people)
            said: list[str] = []
            for _ in range(random.choice((1, 1, 2))):
                if random.random() < chance:
                    text, item = self._item(speaker, people)
                    items.append(item | {"message": number})
                else:
                    text = self._fill(random.choice(self._nothing))
                said.append(text)
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
        return pattern.format(who=who, what=what, by=clause), item

    def _what(self) -> str:
        return self._random.choice(self._verbs).format(t=self._slots.topic(), n=self._slots.name())

    def _fill(self, pattern: str) -> str:
        return pattern.format(t=self._slots.topic(), n=self._slots.name(), d=self._slots.date(), what=self._what())
