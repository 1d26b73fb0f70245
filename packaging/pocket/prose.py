"""Sentences to compress: docstrings of Python's standard library, and plain office prose made from templates.

A compressed sentence is a copy with parts dropped: what stands in parentheses, an opening connective, a trailing
clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from docstrings import docstrings
from phrasings import Language, lines_of
from slots import Slots

_ASIDE = re.compile(r" \([^()]*\)")
_MINIMUM = 4
"""Words that have to stay before a trailing clause is dropped."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, what is left of it, and what it is about."""

    full: str
    short: str
    topic: str = ""


class Prose:
    """Draws sentences. Held ones come from other modules of the standard library and from other templates."""

    def __init__(self, language: Language, random: Random, *, held: bool = False) -> None:
        self._random, self._slots = random, Slots(language, random, held=held)
        self._words = language.tables.get("prose")
        self._docstrings = docstrings()[held]
        if self._words:
            self._statements = lines_of(self._words["statements"]).part(held)
            self._openings, self._clauses = tuple(self._words["openings"]), self._words["clauses"]

    def sentence(self) -> Sentence:
        if not self._words:
            return self._told()
        return self.statement() if self._random.random() < 0.55 else self.docstring()

    def _told(self) -> Sentence:
        """A sentence in another language: what its pools have to say, at times with an aside."""
        slot = self._random.choice(("fact", "points"))
        text = self._slots.make(slot)[slot].text
        text = text[0].upper() + text[1:]
        aside = f" ({self._slots.topic()})" if self._random.random() < 0.25 else ""
        return Sentence(f"{text}{aside}.", f"{text}.")

    def docstring(self) -> Sentence:
        text = self._random.choice(self._docstrings)
        return Sentence(text, self.compress(text))

    def statement(self) -> Sentence:
        """A sentence of office prose about a topic, at times with parts that can be dropped."""
        random, make = self._random, self._slots
        words = {"t": make.topic(), "u": make.topic(), "n": make.name(), "m": make.name(), "d": make.date()}
        words |= {"number": str(random.randint(2, 4000)), "place": make.make("at_location")["at_location"].text}
        text = random.choice(self._statements)
        if random.random() < 0.25:
            text += random.choice(self._words["asides"])
        if random.random() < 0.3:
            text += random.choice(self._words["tails"])
        full = text.format(**words) + "."
        full = full[0].upper() + full[1:]
        if random.random() < 0.2:
            opening = random.choice(self._openings)
            full = opening + (full[0].lower() + full[1:] if full.startswith(("The ", "All ", "Nobody ")) else full)
        return Sentence(full, self.compress(full), words["t"])

    def compress(self, sentence: str) -> str:
        """The sentence without asides, an opening connective and a trailing clause; a copy but for these."""
        short = _ASIDE.sub("", sentence)
        for opening in self._openings:
            if short.startswith(opening):
                rest = short[len(opening) :]
                short = rest[0].upper() + rest[1:]
                break
        cuts = [place for clause in self._clauses if (place := short.find(clause)) > 0]
        cuts = [place for place in cuts if len(short[:place].split()) >= _MINIMUM]
        return short[: min(cuts)].rstrip(" ,;") + "." if cuts else short
