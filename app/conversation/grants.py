"""Which writes a person's own words ask for, decided by words alone and before any foreign text is read.

The principle is that of "Design Patterns for Securing LLM Agents against Prompt Injections" (Beurer-Kellner et al.,
2025, https://arxiv.org/abs/2506.08837), its plan-then-execute pattern.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


def granted(words: str) -> frozenset[str]:
    """The writing tools that `words`, the user's own, may set to work."""
    text = " ".join(words.casefold().split()) + " "
    return frozenset(tool for tool, pattern in _patterns().items() if pattern.search(text))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    table: dict[str, dict[str, list[str]]] = tomllib.loads(
        (resources.files("app.conversation") / "grants.toml").read_text("utf-8")
    )
    return {tool: _pattern(languages) for tool, languages in table.items()}


def _pattern(languages: dict[str, list[str]]) -> re.Pattern[str]:
    anywhere = [re.escape(word) for word in languages.get("th", ())]
    begun = [rf"(?<!\w){re.escape(word)}" for tag, words in languages.items() if tag != "th" for word in words]
    return re.compile("|".join(begun + anywhere))
