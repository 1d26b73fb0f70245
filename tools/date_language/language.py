"""The grammar of a language: its file of patterns, those that all share, and CLDR's names of days and months."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from babel import Locale

from tools.date_language.grammar import Grammar
from tools.date_language.moment import NotUnderstood

LANGUAGES = ("en", "de", "fr", "it", "pt", "es", "hi", "th")


@dataclass(frozen=True)
class Language:
    """A language, or its form in a region ("en-US")."""

    grammar: Grammar
    month_first: bool | None
    clock_24: bool
    buddhist: bool


@cache
def language(tag: str) -> Language:
    """The language of a tag as BCP 47 has it."""
    code, *more = tag.replace("_", "-").split("-")
    if code not in LANGUAGES:
        raise NotUnderstood(
            f"Times in the language “{tag}” are not known here.", hint=f"Known are {', '.join(LANGUAGES)}."
        )
    region = more[-1].upper() if more else ""
    return Language(
        grammar=_grammar(code),
        # British and American readers share a language but not the order of day and month.
        month_first={"": None, "US": True, "PH": True}.get(region, False) if code == "en" else False,
        clock_24=code not in ("en", "hi"),
        buddhist=code == "th",
    )


@cache
def _grammar(code: str) -> Grammar:
    grammar = Grammar(spaced=code != "th")
    folder = resources.files("tools.date_language") / "languages"
    for name in ("every", code):
        data = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        for category, meanings in data.items():
            for meaning, patterns in meanings.items():
                grammar.add(category, meaning, patterns)
    _add_names(grammar, Locale(code))
    return grammar


def _add_names(grammar: Grammar, locale: Locale) -> None:
    """CLDR's names, long and short, as they stand alone and within a date."""
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.days[form][width].items():
                _add_name(grammar, "weekday", number, name)
            for number, name in locale.months[form][width].items():
                _add_name(grammar, "month", number, name)


def _add_name(grammar: Grammar, category: str, number: int, name: str) -> None:
    letters = sum(character.isalpha() for character in name)
    # Thai shortens Monday to one letter, which is found in every other word.
    if letters >= 2:
        grammar.add(category, str(number), [name])
