"""How values are written in the texts that a grammar describes: as JSON, or as Python's literals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


@dataclass(frozen=True, slots=True)
class Notation:
    """`name` begins the names of all rules; `quotes` may stand around a string; `escapes` may follow a backslash."""

    name: str
    quotes: str
    escapes: str
    words: tuple[str, str, str]
    """True, false and nothing."""

    def character(self, quote: str) -> str:
        """GBNF for one character of a string between such quotes."""
        return rf'[^{quote}\\\x00-\x1F] | "\\" ({self.escapes})'

    def literals(self, value: Any) -> Iterator[str]:
        """The ways to write `value`: a string with any of the quotes around it."""
        if isinstance(value, str):
            for quote in self.quotes:
                yield _quoted(value, quote)
        else:
            yield self._literal(value)

    def _literal(self, value: Any) -> str:
        match value:
            case dict():
                return "{" + ", ".join(f"{_quoted(key, '"')}: {self._literal(one)}" for key, one in value.items()) + "}"
            case list():
                return "[" + ", ".join(map(self._literal, value)) + "]"
            case str():
                return _quoted(value, '"')
            case True | False | None:
                return self.words[(True, False, None).index(value)]
        return json.dumps(value, allow_nan=False)


_HEX = "[0-9a-fA-F]"
JSON = Notation("json", '"', rf'["\\/bfnrt] | "u" {_HEX}{{4}}', ("true", "false", "null"))
PYTHON = Notation(
    "python",
    "\"'",
    rf"""['"\\bfnrt] | "x" {_HEX}{{2}} | "u" {_HEX}{{4}} | "U00" ("0" {_HEX} | "10") {_HEX}{{4}}""",
    ("True", "False", "None"),
)


def gbnf_text(text: str) -> str:
    """`text` as a literal of a grammar."""
    return '"' + "".join(_NAMED.get(sign) or (sign if sign.isprintable() else _by_number(sign)) for sign in text) + '"'


def _by_number(sign: str) -> str:
    return f"\\x{ord(sign):02X}" if ord(sign) < 256 else f"\\U{ord(sign):08X}"


def _quoted(text: str, quote: str) -> str:
    """As JSON, or the same for Python with single quotes around it."""
    written = json.dumps(text, ensure_ascii=False)
    if quote == '"':
        return written
    return "'" + written[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
