"""Where the value of an argument comes from: the user's own words, foreign text, or the model alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from tools.registry import Source

NOT_SAID = "not in your words"
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Lao, Japanese and Chinese, whose words have no edges to look for."""


class Provenance:
    """What a turn's model has read: the user's words, and each foreign text under its name."""

    def __init__(self, user_words: Iterable[str]) -> None:
        self._said = [_plain(words) for words in user_words]
        self._sources: dict[str, str] = {}
        self.sources: tuple[Source, ...] = ()
        """The foreign text that was read."""

    @property
    def clean(self) -> bool:
        """Whether nothing foreign has been read, so that what the model writes can come from the user alone."""
        return not self._sources

    @property
    def source_names(self) -> tuple[str, ...]:
        return tuple(self._sources)

    def heard(self, words: str) -> None:
        """The user said or picked this as well."""
        self._said.append(_plain(words))

    def read(self, sources: Iterable[Source]) -> None:
        """Foreign text has entered the context."""
        for source in sources:
            self.sources += (source,)
            self._sources[source.name] = f"{self._sources.get(source.name, '')} {_plain(source.text)}"

    def mark(self, value: Any) -> str:
        """Why a person should look at this value: where it came from. Empty when it stands in the user's own words.

        Once foreign text was read, a value that nobody said may rest on any of it, and is marked with all of it.
        """
        if isinstance(value, list):
            return "; ".join(dict.fromkeys(filter(None, map(self.mark, value))))
        text = _plain(str(value))
        if not text or any(_stands_in(text, said) for said in self._said):
            return ""
        holding = [name for name, read in self._sources.items() if _stands_in(text, read)]
        if holding:
            return f"came from {_listed(holding)}"
        return f"{NOT_SAID}, after reading {_listed(list(self._sources))}" if self._sources else NOT_SAID


def _plain(text: str) -> str:
    """Letters as they compare: compatibility forms, case, spaces and quotation marks made alike."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub("[“”„«»‘’\"']", " ", folded).split())


def _stands_in(value: str, text: str) -> bool:
    """Whether the words of `value` stand in `text` as whole words, next to each other."""
    if _UNSPACED.search(value):
        return value in text
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


def _listed(names: list[str]) -> str:
    shown = names[:3]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(shown) + more
