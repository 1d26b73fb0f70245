"""The rules of a grammar for values of a shape, written in one notation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runtime.engine.copy_grammar import copy_rules
from runtime.engine.notation import Notation, gbnf_text
from runtime.engine.tool_schema import (
    Anything,
    Choice,
    Either,
    Field,
    Fields,
    Form,
    Items,
    Never,
    Of,
    Row,
    Scalar,
    Shape,
    Text,
)
from runtime.errors import EngineFailed

_COMMA = '" "? "," " "?'
_DIGITS = "[0-9]"
_DATE = f'{_DIGITS}{{4}} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
_TIME = f'([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." {_DIGITS}{{1,6}})?'
_ZONE = '("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])'
_UUID = ' "-" '.join(f"[0-9a-fA-F]{{{count}}}" for count in (8, 4, 4, 4, 12))
_FORMS: dict[Form, str] = {
    "date": _DATE,
    "time": f"{_TIME} {_ZONE}",
    "date-time": f'{_DATE} "T" {_TIME} {_ZONE}',
    "uuid": _UUID,
}
_INTEGER = '"-"? ("0" | [1-9] [0-9]{0,15})'
_SCALARS: dict[Scalar, str] = {
    "integer": _INTEGER,
    "number": f'{_INTEGER} ("." [0-9]{{1,20}})? ([eE] [-+]? [0-9]{{1,3}})?',
}


class ValueRules:
    """Collects rules; equal ones are written once. The number of digits is bounded: small models run on."""

    def __init__(self, notation: Notation, copied: str = "") -> None:
        """`copied` names the rule that strings follow inside their quotes, where only what it allows may be written."""
        self._notation = notation
        self._copied = copied
        self._rules: dict[str, str] = {}
        self._copies: dict[str, str] = {}
        self._anything: str | None = None

    def text(self) -> str:
        """All rules so far as GBNF."""
        copies = "".join(copy_rules(source, name) for source, name in self._copies.items())
        return "".join(f"{name} ::= {body}\n" for body, name in self._rules.items()) + copies

    def add(self, body: str) -> str:
        """The name of the rule with this body."""
        return self._rules.setdefault(body, f"{self._notation.name}-{len(self._rules)}")

    def value(self, shape: Shape) -> str:
        """The name of the rule for values of `shape`."""
        return self.add(self._body(shape))

    def fields(self, shape: Fields, *, between: str, keys: bool = True) -> str:
        """GBNF for the properties of an object: `between` stands between name and value, names are quoted `keys`.

        They come as described, or the required ones first; what is not required may be left out.
        """
        pairs = [(self._pair(field, between, keys=keys), field.required) for field in shape.fields]
        extra = None
        if shape.extra and keys:
            extra = self.add(f"{self.value(Text())} {between} {self.value(shape.extra)}")
        orders = (pairs, sorted(pairs, key=lambda pair: not pair[1]))
        return " | ".join(dict.fromkeys(self._in_order(order, extra) for order in orders))

    def _pair(self, field: Field, between: str, *, keys: bool) -> str:
        names = self._notation.literals(field.name) if keys else (field.name,)
        return self.add(f"({_one_of(names)}) {between} {self.value(field.shape)}")

    def _body(self, shape: Shape) -> str:  # noqa: PLR0911 - one for each shape
        match shape:
            case Anything():
                return self._any()
            case Never():
                raise EngineFailed("The form asked for the answer allows no value.", hint="Ask for another form.")
            case Of("integer" | "number" as kind):
                return _SCALARS[kind]
            case Of("boolean"):
                return _one_of(self._notation.words[:2])
            case Of():
                return gbnf_text(self._notation.words[2])
            case Text():
                return self._string(shape)
            case Choice(values):
                return _one_of([text for value in values for text in self._notation.literals(value)])
            case Either(options):
                return " | ".join(dict.fromkeys(self.value(option) for option in options))
            case Items():
                return self._items(shape)
            case Row(items):
                return f'"[" " "? {f" {_COMMA} ".join(map(self.value, items))} " "? "]"'
            case Fields():
                inside = self.fields(shape, between='" "? ":" " "?')
                return f'"{{" " "? ({inside}) " "? "}}"' if inside else '"{" " "? "}"'

    def _string(self, shape: Text) -> str:
        inside = {quote: self._inside(shape, quote) for quote in self._notation.quotes}
        return " | ".join(f"{gbnf_text(quote)} {body} {gbnf_text(quote)}" for quote, body in inside.items())

    def _inside(self, shape: Text, quote: str) -> str:
        if shape.form:
            return f"({_FORMS[shape.form]})"
        if shape.copied_from is not None:
            return self._copies.setdefault(shape.copied_from, f"copied-{len(self._copies)}")
        if self._copied:
            return self._copied
        return _repeated(self.add(self._notation.character(quote)), shape.least, shape.most)

    def _items(self, shape: Items) -> str:
        if shape.most == 0:
            return '"[" " "? "]"'
        item = self.value(shape.item)
        more = _repeated(f"({_COMMA} {item})", max(0, shape.least - 1), shape.most and shape.most - 1)
        some = f"{item} {more}"
        return f'"[" " "? {some if shape.least else f"({some})?"} " "? "]"'

    def _any(self) -> str:
        """Any value: its parts are any values too, so the rule's name has to be known before its body."""
        if self._anything is None:
            self._anything = f"{self._notation.name}-any"
            simple = [self.value(one) for one in (Text(), Of("number"), Of("boolean"), Of("null"))]
            array, dictionary = self.value(Items(Anything())), self.value(Fields(extra=Anything()))
            self._rules[" | ".join([*simple, array, dictionary])] = self._anything
        return self._anything

    def _in_order(self, pairs: Sequence[tuple[str, bool]], extra: str | None) -> str:
        """GBNF for pairs in this order; each is the name of a rule, and whether it has to be there."""
        first = next((index for index, (_, required) in enumerate(pairs) if required), None)
        if first is None:
            return self._all_optional([pair for pair, _ in pairs], extra)
        parts = [f"({pair} {_COMMA})?" for pair, _ in pairs[:first]] + [pairs[first][0]]
        parts += [f"{_COMMA} {pair}" if required else f"({_COMMA} {pair})?" for pair, required in pairs[first + 1 :]]
        return " ".join([*parts, f"({_COMMA} {extra})*"] if extra else parts)

    def _all_optional(self, pairs: Sequence[str], extra: str | None) -> str:
        rest = self.add(f"({_COMMA} {extra})*") if extra else ""
        starts = [f"{extra} {rest}"] if extra else []
        for pair in reversed(pairs):
            starts.append(f"{pair} {rest}")
            rest = self.add(f"({_COMMA} {pair})? {rest}")
        return f"({' | '.join(reversed(starts))})?" if starts else ""


def _one_of(texts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(map(gbnf_text, texts)))


def _repeated(rule: str, least: int, most: int | None) -> str:
    if most == 0:
        return ""
    if most is None:
        return f"{rule}{'+' if least == 1 else '*' if least == 0 else f'{{{least},}}'}"
    return f"{rule}{{{least},{most}}}"
