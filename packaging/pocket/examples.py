"""Conversations to train on: what is asked, what the assistant says, in the proportions of `MIX`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import tool_names
from calls import Request, request, wording, written
from documents import Documents
from phrasings import LANGUAGES, Language, load_language
from results import Results
from slots import Slots
from threads import ASK_FOR_ITEMS, thread

MIX = {"tools": 54.0, "missing": 14.0, "plain": 11.0, "items": 24.0, "summary": 3.0, "copy": 1.0}
"""How often each task is drawn."""
LANGUAGE_MIX = {"en": 34.0, "de": 8.5, "fr": 8.5, "it": 8.5, "pt": 8.5, "es": 8.5, "hi": 12.0, "th": 11.5}


@dataclass(frozen=True)
class Turn:
    """One message; `role` is as the chat template writes it, with `ipython` for a tool's result."""

    role: str
    text: str


@dataclass(frozen=True)
class Conversation:
    turns: tuple[Turn, ...]
    tools: tuple[str, ...] = ()


class Examples:
    """Draws conversations in all languages. The same seed gives the same ones."""

    def __init__(
        self,
        seed: int,
        *,
        held: bool = False,
        languages: Mapping[str, Language] | None = None,
        pieces: tuple[str, ...] = (),
    ) -> None:
        self._random, self._held = Random(seed), held
        self._languages = dict(languages or {code: load_language(code, pieces=pieces) for code in LANGUAGES})
        self._codes = [code for code in LANGUAGE_MIX if code in self._languages]
        self._makers: dict[str, Callable[[], Conversation]] = {
            "tools": self.with_tools,
            "missing": self.missing,
            "plain": self.plain,
            "items": self.items,
            "summary": lambda: self._chat(*self._documents().summary()),
            "copy": self.copy,
        }

    def draw(self, mix: Mapping[str, float] = MIX) -> Conversation:
        """A conversation of a task drawn by its weight in `mix`."""
        return self._makers[self._random.choices(list(mix), list(mix.values()))[0]]()

    def with_tools(self) -> Conversation:
        """One request, or two, each with its call, mostly its result and what is said of it."""
        language = self._language()
        turns = list(self._exchange(request(language, self._random, held=self._held), language))
        if self._random.random() < 0.12 and turns[-1].role == "assistant" and len(turns) == 4:
            turns += self._exchange(request(language, self._random, held=self._held), language)
        return Conversation(tuple(turns), self._tools_for(turns))

    def missing(self) -> Conversation:
        """A request that lacks something, the question about it, and mostly the answer with the whole call."""
        random, language = self._random, self._language()
        entry = random.choice(language.missing)
        slots = Slots(language, random, held=self._held)
        asked = wording(language, entry.lines, entry.tool, random, held=self._held)
        text, values = written(asked, slots, random, entry.tool)
        turns = [Turn("user", text), Turn("assistant", entry.ask)]
        reply, replied = written(random.choice(entry.replies), slots, random)
        values |= replied
        if random.random() < 0.65 and all(name in values for name in tool_names.REQUIRED[entry.tool]):
            turns += self._exchange(Request(reply, entry.tool, values), language)
        return Conversation(tuple(turns), tool_names.NAMES)

    def plain(self) -> Conversation:
        random, language = self._random, self._language()
        weights = [4.0 if entry.kind == "outside" else 1.0 for entry in language.plain]
        entry = random.choices(language.plain, weights)[0]
        text, _ = written(entry.lines.pick(random, self._held), Slots(language, random, held=self._held), random)
        return Conversation((Turn("user", text), Turn("assistant", entry.reply)), tool_names.NAMES)

    def items(self) -> Conversation:
        made = thread(self._languages["en"], self._random, held=self._held)
        return self._chat(f"{ASK_FOR_ITEMS}\n\n{made.text}", made.json)

    def copy(self) -> Conversation:
        """Words to repeat, which teaches copying before all else."""
        random, language = self._random, self._language()
        slots = Slots(language, random, held=self._held)
        makers = (slots.topic, slots.made_up, slots.name, slots.date, slots.path, slots.folder)
        text = " ".join(random.choice(makers)() for _ in range(random.randint(1, 7)))
        return self._chat(f"Repeat: {text}", text)

    def _exchange(self, asked: Request, language: Language) -> list[Turn]:
        turns = [Turn("user", asked.text), Turn("assistant", asked.call)]
        if self._random.random() < 0.36:
            result = Results(language, self._random, held=self._held).after(asked)
            turns += [Turn("ipython", result.json), Turn("assistant", result.text)]
        return turns

    def _tools_for(self, turns: list[Turn]) -> tuple[str, ...]:
        """Mostly all tools; at times some, with those that are called among them."""
        if self._random.random() < 0.9:
            return tool_names.NAMES
        called = "".join(turn.text for turn in turns if turn.role == "assistant")
        return tuple(name for name in tool_names.NAMES if name in called or self._random.random() < 0.6)

    def _language(self) -> Language:
        return self._languages[self._random.choices(self._codes, [LANGUAGE_MIX[code] for code in self._codes])[0]]

    def _documents(self) -> Documents:
        english = self._random.random() < 0.75
        language = self._languages["en"] if english else self._language()
        return Documents(language, self._random, held=self._held)

    def _chat(self, asked: str, answer: str) -> Conversation:
        return Conversation((Turn("user", asked), Turn("assistant", answer)))
