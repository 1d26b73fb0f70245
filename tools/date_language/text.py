"""One spelling for what can be written in several ways, for the texts of people and for the grammars alike."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 160
"""Characters; nobody says a time in more, and the parser's work is bounded by it."""

DROPPED = re.compile("[\u0300-\u036f\u093c\u200b-\u200f\u2060\ufeff\u00ad]")
"""Accents of Latin letters and the nukta of Hindi, which many leave out, and characters without a width."""

PLAIN = str.maketrans("’‘ʼ`´–—−‑،、\u0901", "'''''----,,\u0902")
"""Quotes, dashes and commas in one form, and the moon-dot of Hindi as the dot that is often written instead."""


def plain(text: str) -> str:
    """The letters of `text` in one spelling: no case, no accents, ASCII digits, straight quotes.

    >>> plain("Über-Übermorgen um ３")
    'uber-ubermorgen um 3'
    """
    folded = unicodedata.normalize("NFKD", text.translate(PLAIN)).casefold()
    kept = unicodedata.normalize("NFKC", DROPPED.sub("", folded)).translate(PLAIN)
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)
    # The dot of an abbreviation: "p. m." is "p m", but "3. May" and "10.30" keep theirs.
    return re.sub(r"(?<=[^\W\d])\.(?=\s|$)", "", digits)


def normalised(text: str) -> str:
    """A person's text as the parser reads it: in plain spelling, without commas between words and a mark at its end."""
    commas = re.sub(r"(?<!\d),|,(?!\d)", " ", plain(text))
    spaced = " ".join(commas.split())
    return re.sub(r"(?<=[\w.])[\s.!?…]+$", "", spaced)


def kind(character: str) -> str:
    """What runs on within a word: "letter", "digit", or "" for what stands alone. Thai letters stand alone."""
    if character.isdigit():
        return "digit"
    if "\u0e00" <= character <= "\u0e7f":
        return ""
    return "letter" if unicodedata.category(character)[0] in "LM" else ""


def may_part(text: str, position: int) -> bool:
    """Whether a word can end before `position` and another begin there."""
    if position in (0, len(text)):
        return True
    after = text[position]
    if unicodedata.category(after) == "Mn" or after in "ะาๅๆ":
        return False
    before = kind(text[position - 1])
    return before == "" or before != kind(after)
