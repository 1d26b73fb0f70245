"""Values for slots: names, titles, times, places and words, out of a language's pools or made up.

A slot's value has a printed text, which may carry an article or a preposition, and the value that a call copies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from docstrings import docstring_words
from phrasings import Language, fill, slots

CONSONANTS, VOWELS = "bcdfghjklmnprstvwz", "aeiou"
ONSETS = tuple(
    "b c d f g h j k l m n p r s t v w y z bl br cl cr dr fl fr gl gr kl kr pl pr qu sch sh sl sp st".split()
)
NUCLEI = tuple("a e i o u ai au ea ee ei ia ie io oo ou ue y".split())
CODAS = ("", "", "", *"b ck d ft g k l lk ll lt m mp n nd ng nk nt p r rk rn rt s sk ss st t tt x z".split())
SCRIPTS = {
    "hi": ("कखगघचजटडतदनपबमरलवसह", ("ा", "ि", "ी", "ु", "े", "ो", "")),
    "th": ("กขคจชดตนบปพมยรลวสห", ("า", "ิ", "ี", "ุ", "ู", "ะ")),
}
KNOWN = 0.8
"""How often a value is one of its pool as it stands. The others have words in them that are made up or drawn."""
PIECES_CHANCE = 0.3
"""How often a made-up word to train on is of the vocabulary's pieces, so that it learns to copy each of them."""
SUFFIXES = ("pdf", "docx", "txt", "xlsx", "pptx", "md", "csv", "html", "odt", "eml")


@lru_cache(16)
def letter_chains(words: tuple[str, ...]) -> dict[str, list[str]]:
    """What follows each two letters in the words, "" for their end; two first letters under ""."""
    chains: dict[str, list[str]] = {}
    for word in words:
        if len(word) < 3 or not word[:2].isalpha():
            continue
        chains.setdefault("", []).append(word[:2])
        for place in range(2, len(word)):
            chains.setdefault(word[place - 2 : place], []).append(word[place])
        chains.setdefault(word[-2:], []).append("")
    return chains


@dataclass(frozen=True)
class Value:
    """What a slot prints, and what the call holds."""

    text: str
    value: Any


class Slots:
    """Draws the values of one language. Held values come from the held pools and from made-up words of their own."""

    def __init__(self, language: Language, random: Random, *, held: bool = False) -> None:
        self._language, self._random, self._held = language, random, held
        self.held, self.asides = held, language.tables["asides"]
        self.spaced = language.code != "th"
        self._latin = language.code not in SCRIPTS
        self.stop = "." if self._latin else ""
        self._makers: dict[str, Callable[[], Value]] = {
            "title": lambda: self._title()[0],
            "event": lambda: self._event()[0],
            "attendees": self._attendees,
            "sender": lambda: _same(self.name()),
            "name": lambda: _same(self.name()),
            "start": self._start,
            "date": lambda: _same(self.date()),
            "time": lambda: _same(self.time()),
            "end": lambda: _same(self._timed("ends")),
            "duration": lambda: _same(self._numbered("durations")),
            "at_location": self._location,
            "repeats": lambda: _same(self._numbered("repeats")),
            "when": lambda: _same(self._numbered("spans")),
            "after": lambda: _same(self._numbered("points_in_time")),
            "before": lambda: _same(self._numbered("points_in_time")),
            "count": self._count,
            "depth": lambda: Value(str(n := random.randint(2, 5)), n),
            "location": lambda: _same(self._place()[1]),
            "weekday": lambda: _same(self._draw("weekdays")),
            "query": lambda: _same(self.topic()),
            "topic": lambda: _same(self.topic()),
            "message": lambda: _same(self._inner(self._draw("message_refs"))),
            "points": lambda: _same(self._told("points")),
            "fact": lambda: _same(self._told("facts")),
            "folder": lambda: _same(self.folder()),
            "path": lambda: _same(self.path()),
            "number": lambda: _same(str(random.randint(2, 999))),
            "place": lambda: _same(self._place()[1]),
        }

    def make(self, slot: str) -> dict[str, Value]:
        """The printed text of `slot` under its own name, and the values of the arguments it stands for."""
        if slot in ("a_title", "title"):
            title, indefinite, _ = self._title()
            return {slot: Value(indefinite if slot == "a_title" else title.text, title.value)}
        if slot in ("the_event", "event"):
            event, definite = self._event()
            return {slot: Value(definite if slot == "the_event" else event.text, event.value)}
        return {slot: self._makers[slot]()}

    def extra(self, slot: str) -> Value:
        """The value of an optional slot, printed with the words around it."""
        inner = "at_location" if slot == "location" else slot
        value = self.make(inner)[inner]
        pattern = self._random.choice(self._language.extras[slot])
        return Value(" " + fill(pattern, {name: value.text for name, _ in slots(pattern)}), value.value)

    def name(self) -> str:
        """A person: a first name, at times with a last name, at times made up."""
        random = self._random
        first = self._draw("first_names") if random.random() < KNOWN else self.made_up().capitalize()
        if random.random() < 0.6:
            return first
        last = self._draw("last_names") if random.random() < KNOWN else self.made_up().capitalize()
        return f"{first} {last}"

    def made_up(self) -> str:
        """A word of no language: of syllables, of pieces of the vocabulary, or of letters as they follow each other."""
        if self._language.pieces and not self._held and self._random.random() < PIECES_CHANCE:
            word = self._of_pieces()
        elif self._random.random() < 0.5:
            word = self._chained()
        else:
            word = self._latin_syllables() if self._latin else self._syllables(*SCRIPTS[self._language.code])
        # A fixed tenth of all made-up words is for evaluation alone.
        is_held = sum(map(ord, word)) % 10 == 0
        return word if is_held == self._held else self.made_up()

    def topic(self) -> str:
        """What a message or a file is about: of the pool, of words put together, or with a made-up word."""
        random, kind = self._random, self._random.random()
        if kind < KNOWN:
            return str(self._draw("topics"))
        if kind < 0.9:
            return " ".join(self.word() for _ in range(random.choice((1, 1, 2))))
        if kind < 0.95:
            return self.made_up() if random.random() < 0.6 else self._code()
        return random.choice((f"{self._draw('topics')} {self.made_up()}", f"{self.made_up()} {self._draw('topics')}"))

    def word(self) -> str:
        """A word of the language; in English often one out of the standard library's docstrings."""
        english = self._language.code == "en" and self._random.random() < 0.7
        return self._random.choice(docstring_words()[self._held] if english else self._language.words[self._held])

    def _of_pieces(self) -> str:
        """A word of one to three pieces of the vocabulary and at least five letters."""
        count = self._random.choice((1, 2, 2, 3))
        word = "".join(self._random.choice(self._language.pieces) for _ in range(count))
        return word if len(word) >= 5 else self._of_pieces()

    def _chained(self) -> str:
        """A word of three to twelve letters in which each three stand in a word of the language, too."""
        random, chains = self._random, letter_chains(self._language.words[False])
        word = random.choice(chains[""])
        while len(word) < 12 and (following := random.choice(chains[word[-2:]])):
            word += following
        return word if len(word) > 2 else self._chained()

    def _code(self) -> str:
        """A name as machines give them: `Q3`, `ISO9001`, `v2.1`, `AB-204`."""
        random = self._random
        letters = "".join(random.choice("ABCDEFGHIKLMNOPRSTVWXZ") for _ in range(random.randint(1, 3)))
        number = random.randint(1, 999)
        return random.choice((f"{letters}{number}", f"{letters}-{number}", f"v{number % 10}.{number // 10 % 10}"))

    def _syllables(self, consonants: str, vowels: Sequence[str]) -> str:
        return "".join(
            self._random.choice(consonants) + self._random.choice(vowels)
            for _ in range(self._random.choice((2, 2, 3, 3, 4)))
        )

    def _latin_syllables(self) -> str:
        """A word of plain syllables, or one with clusters of consonants in it."""
        random = self._random
        if random.random() < 0.5:
            return self._syllables(CONSONANTS, VOWELS) + (random.choice("lmnrst") if random.random() < 0.4 else "")
        parts = [
            random.choice(ONSETS) + random.choice(NUCLEI) + random.choice(CODAS)
            for _ in range(random.choice((1, 2, 2, 3)))
        ]
        return "".join(parts)

    def date(self) -> str:
        return self._numbered("dates")

    def time(self) -> str:
        return self._timed("times")

    def folder(self) -> str:
        random = self._random
        word = str(self._draw("folder_words")) if random.random() < KNOWN else self.made_up().capitalize()
        kind = random.random()
        if kind < 0.5:
            return word
        parent = random.choice(
            ("~/Documents", "~/Desktop", "~/Downloads", "Work", "Home", "~", "Projects", "Archive", "/data")
        )
        word = word.replace(" ", random.choice("-_")) if random.random() < 0.5 else word
        year = f"/{random.randint(2015, 2027)}" if random.random() < 0.25 else ""
        return f"{parent}/{word}{year}"

    def path(self) -> str:
        random = self._random
        word = str(self._draw("file_words")) if random.random() < KNOWN else "".join(self._latin_word())
        if random.random() < 0.3:
            word += random.choice("-_") + str(
                random.choice((random.randint(1, 31), random.randint(2015, 2027), "v2", "final"))
            )
        if random.random() < 0.2:
            word = word.capitalize()
        file = f"{word}.{random.choice(SUFFIXES)}"
        kind = random.random()
        if kind < 0.6:
            return file
        parent = random.choice(
            ("docs", "notes", "scans", "~/Documents", "2025", "work", "Invoices", "letters", "~/Desktop")
        )
        return f"{parent}/{file}"

    def _latin_word(self) -> str:
        random = self._random
        word = "".join(random.choice(CONSONANTS) + random.choice(VOWELS) for _ in range(random.choice((2, 3))))
        is_held = sum(map(ord, word)) % 10 == 0
        return word if is_held == self._held else self._latin_word()

    def _told(self, pool: str) -> str:
        """Something said: of the pool, or with any words in place of one or all of its own."""
        words = self._inner(self._draw(pool)).split(" ")
        kind = self._random.random()
        if kind < 0.12 and len(words) > 2:
            words[self._random.randrange(1, len(words))] = self.made_up() if kind < 0.05 else self.word()
        elif kind < 0.15:
            words = [self.word() for _ in range(self._random.randint(2, 6))]
        return " ".join(words)

    def _draw(self, pool: str) -> Any:
        return self._random.choice(self._language.pool(pool, self._held))

    def _title(self) -> tuple[Value, str, str]:
        """A title; the title with its indefinite article; its definite article."""
        if self._random.random() < KNOWN:
            indefinite, title, definite = self._draw("titles").split("|")
        else:
            indefinite, definite = self._language.pools["made_up_articles"].split("|")
            made_up = self.made_up() if self._random.random() < 0.5 else self.word()
            known = self._draw("titles").split("|")
            title = self._random.choice((made_up, f"{made_up} {known[1]}", f"{known[1]} {made_up}"))
            if title.startswith(known[1]):
                indefinite, definite = known[0], known[2]
        return _same(title), _with_article(indefinite, title), definite

    def _event(self) -> tuple[Value, str]:
        """A way to name an event, and the same with the definite article."""
        title, _, definite = self._title()
        text = title.text
        if self._random.random() < 0.4:
            pattern = self._random.choice(self._language.pools["event_patterns"])
            text = self._inner(pattern, title=text)
        return _same(text), _with_article(definite, text)

    def _attendees(self) -> Value:
        random = self._random
        names = list(dict.fromkeys(self.name() for _ in range(random.choice((1, 1, 1, 1, 2, 2, 2, 3, 3, 4)))))
        joiner = self._language.pools["and"]
        text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joiner} {names[-1]}"
        return Value(text, names)

    def _start(self) -> Value:
        kind = self._random.random()
        if kind < 0.25:
            return _same(self.date())
        if kind < 0.35:
            return _same(self.time())
        if kind < 0.85:
            return _same(f"{self.date()} {self.time()}")
        return _same(f"{self.time()} {self.date()}")

    def _place(self) -> tuple[str, str]:
        before, place = self._draw("locations").split("|")
        if self._random.random() < 0.2:
            place = self.made_up().capitalize()
        return before, place

    def _location(self) -> Value:
        before, place = self._place()
        return Value(before + place, place)

    def _count(self) -> Value:
        if self._random.random() < 0.4:
            word, number = self._random.choice(self._language.pools["counts"])
            return Value(word, number)
        number = self._random.choice((self._random.randint(2, 12), self._random.randint(2, 60)))
        return Value(str(number), number)

    def _numbered(self, pool: str) -> str:
        return self._inner(self._random.choice(self._language.pools[pool]))

    def _timed(self, pool: str) -> str:
        return self._inner(self._random.choice(self._language.pools[pool]))

    def _inner(self, pattern: str, **given: str) -> str:
        """A pool's pattern with its inner slots filled."""
        random, pools = self._random, self._language.pools
        texts = dict(given)
        for name, _ in slots(pattern):
            if name in texts:
                continue
            if name in ("weekday", "month", "hour_word"):
                texts[name] = random.choice(pools[f"{name}s"])
            elif name == "day":
                texts[name] = str(random.randint(1, 28))
            elif name == "year":
                texts[name] = str(random.randint(2024, 2029))
            elif name == "small":
                texts[name] = str(random.randint(2, 10))
            elif name == "hour12":
                texts[name] = str(random.randint(1, 12))
            elif name == "hour24":
                texts[name] = str(random.randint(7, 22))
            elif name == "minute":
                texts[name] = random.choice(("00", "05", "10", "15", "20", "30", "40", "45", "50"))
            else:
                texts[name] = self.make(name)[name].text
        return fill(pattern, texts)


def _same(text: str) -> Value:
    return Value(text, text)


def _with_article(article: str, text: str) -> str:
    if not article:
        return text
    return f"{article}{text}" if article.endswith(("'", "’")) else f"{article} {text}"
