"""The rules of a grammar for values that are copied from a text: a span of it, of whole words."""

from __future__ import annotations

import json
import unicodedata

from runtime.engine.notation import gbnf_text

MOST_UNITS = 600
"""Words and signs of the text that can be copied."""
_UNSPACED = ("THAI", "LAO", "CJK", "HIRAGANA", "KATAKANA")
"""Scripts without spaces between words: a span may begin and end at each of their letters."""


def copy_rules(text: str, name: str) -> str:
    """GBNF for the rule `name` and those it needs; in JSON's way to write strings, without quotes around.

    A text without words gives a rule for no text.
    """
    units = _units(text)
    places = [place for place, unit in enumerate(units) if not unit.isspace()]
    if not places:
        return f'{name} ::= ""\n'
    rules = [f"{name} ::= " + " | ".join(f"{name}-{place}" for place in places)]
    for place in places:
        between, following = _next(units, place)
        more = f" ({between}{name}-{following})?" if following is not None else ""
        rules.append(f"{name}-{place} ::= {_literal(units[place])}{more}")
    return "\n".join(rules) + "\n"


def _next(units: list[str], place: int) -> tuple[str, int | None]:
    """What stands between the unit at `place` and the one that follows, and where that is."""
    following = place + 1
    if following < len(units) and units[following].isspace():
        return '" " ', following + 1 if following + 1 < len(units) else None
    return "", following if following < len(units) else None


def _units(text: str) -> list[str]:
    """Words, single signs, and the spaces between them; of a script without spaces, letters with their marks."""
    units: list[str] = []
    before = ""
    for sign in text:
        kind = _kind(sign)
        joins = kind == "space" == before or (kind in {"word", "mark"} and before == "word")
        if units and (joins or kind == "mark"):
            units[-1] += sign
        elif len(units) < MOST_UNITS:
            units.append(sign)
        else:
            break
        before = before if kind == "mark" else kind
    return units


def _kind(sign: str) -> str:
    if sign.isspace():
        return "space"
    category = unicodedata.category(sign)
    if category[0] == "M":
        return "mark"
    if category[0] not in "LN" and sign != "_":
        return "sign"
    return "letter" if unicodedata.name(sign, "").startswith(_UNSPACED) else "word"


def _literal(unit: str) -> str:
    return gbnf_text(json.dumps(unit, ensure_ascii=False)[1:-1])
