"""What a tool's arguments may be, read from its JSON schema into the few shapes that a grammar is written from.

Keywords: https://json-schema.org/draft/2020-12/json-schema-validation. Three liberties, which tools of third parties
need: Python's names for types, as Llama's own documents write them ("dict", "float", "tuple", "any"), count as JSON
schema's; an object that describes its properties has no others unless `additionalProperties` says so; and what only
narrows a value further (`minimum`, `pattern`, `uniqueItems`) is left to whoever checks the arguments of a whole call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

from runtime.errors import EngineFailed
from runtime.protocol import Tool

Scalar = Literal["integer", "number", "boolean", "null"]
Form = Literal["date", "time", "date-time", "uuid"]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value at all."""


@dataclass(frozen=True, slots=True)
class Never:
    """No value at all: the schema `false`. A tool that needs one cannot be called."""


@dataclass(frozen=True, slots=True)
class Of:
    """Any value of a type without parts."""

    kind: Scalar


@dataclass(frozen=True, slots=True)
class Text:
    """A string of so many characters, of one of the known forms, or one that is copied out of a text."""

    least: int = 0
    most: int | None = None
    form: Form | None = None
    copied_from: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these values."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Either:
    options: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Items:
    item: Shape
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """As many items as there are shapes, each of its own."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class Fields:
    """An object. `extra` is the shape of properties that are not among `fields`, None where there are no others."""

    fields: tuple[Field, ...] = ()
    extra: Shape | None = None


Shape = Anything | Never | Of | Text | Choice | Either | Items | Row | Fields

COPIED_FROM = "copied_from"
"""A keyword of our own, for strings: the text of which a value must be one span, or two with a space between."""
_TYPES = {
    **{kind: kind for kind in ("object", "array", "string", "integer", "number", "boolean", "null", "any")},
    **{"dict": "object", "list": "array", "tuple": "array", "str": "string"},
    **{"int": "integer", "float": "number", "bool": "boolean"},
}
_IMPLIED = {"object": ("properties", "additionalProperties"), "array": ("items", "prefixItems")}
_UNKEPT = {
    *("not", "if", "then", "else", "patternProperties", "propertyNames", "dependentSchemas", "dependentRequired"),
    *("contains", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef"),
}
_MOST_REPEATED = 256  # a longer bound makes a slow grammar, and is left to whoever checks the arguments
_MOST_NESTED = 32
_MOST_SHAPES = 2000


def arguments_of(tool: Tool) -> Fields | Never:
    """The shape of the tool's arguments, Never where a value that it needs has none.

    Raises EngineFailed, naming the tool, for a schema that has no shape.
    """
    try:
        _check_texts(tool)
        shape = _Reader(tool.parameters).read(tool.parameters)
        if not isinstance(shape, Fields | Never):
            raise _Unkept("arguments that are not an object's properties")
    except _Unkept as unkept:
        raise EngineFailed(
            f"The tool {tool.name!r} cannot be offered: it describes {unkept}.", hint="Describe its arguments plainly."
        ) from unkept
    return shape


def shape_of(schema: dict[str, Any]) -> Shape:
    """The shape of the values that `schema` describes. Raises EngineFailed for a schema that has none."""
    try:
        return _Reader(schema).read(schema)
    except _Unkept as unkept:
        raise EngineFailed(
            f"The form asked for the answer describes {unkept}.", hint="Describe it plainly."
        ) from unkept


class _Unkept(ValueError):
    """What no grammar is written for."""


def _check_texts(tool: Tool) -> None:
    try:
        json.dumps([tool.name, tool.parameters], ensure_ascii=False, allow_nan=False).encode()
    except (RecursionError, TypeError, ValueError) as error:
        raise _Unkept("what cannot be written as JSON") from error


class _Reader:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._depth = 0
        self._left = _MOST_SHAPES

    def read(self, schema: object) -> Shape:
        if schema is True:
            return Anything()
        if schema is False:
            return Never()
        if not isinstance(schema, dict):
            raise _Unkept(f"{schema!r:.80} where a schema belongs")
        with self._one_deeper():
            unkept = _UNKEPT & set(schema)
            if unkept:
                raise _Unkept(f'its values with "{min(unkept)}"')
            return self._combined(schema) or self._typed(schema)

    @contextmanager
    def _one_deeper(self) -> Iterator[None]:
        self._depth += 1
        self._left -= 1
        if self._depth > _MOST_NESTED or self._left < 0:
            raise _Unkept("more values, or values nested deeper, than can be told apart")
        yield
        self._depth -= 1

    def _combined(self, schema: dict[str, Any]) -> Shape | None:
        """The shape of a schema that is put together from others, or that lists its values."""
        if "$ref" in schema:
            return self.read(self._target(schema["$ref"]))
        if "const" in schema:
            return Choice((schema["const"],))
        if "enum" in schema:
            return Choice(tuple(_listed(schema, "enum")))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                options = tuple(self.read(option) for option in _listed(schema, word))
                return Either(kept) if (kept := tuple(one for one in options if one != Never())) else Never()
        if "allOf" in schema:
            if len(_listed(schema, "allOf")) > 1:
                raise _Unkept('its values with "allOf"')
            return self.read(schema["allOf"][0])
        return None

    def _typed(self, schema: dict[str, Any]) -> Shape:
        kind = schema.get("type")
        if isinstance(kind, list):
            return Either(tuple(self.read({**schema, "type": one}) for one in _listed(schema, "type")))
        if kind is None:
            kind = next((kind for kind, words in _IMPLIED.items() if not set(words).isdisjoint(schema)), "any")
        match _TYPES.get(kind) if isinstance(kind, str) else None:
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return _text(schema)
            case "any":
                return Anything()
            case "integer" | "number" | "boolean" | "null" as scalar:
                return Of(scalar)
            case _:
                raise _Unkept(f"the type {kind!r:.80}")

    def _object(self, schema: dict[str, Any]) -> Fields | Never:
        properties = schema.get("properties", {})
        if not isinstance(properties, dict):
            raise _Unkept('"properties" that are no object')
        required = schema.get("required")
        needed = required if isinstance(required, list) else []
        more = schema.get("additionalProperties", not properties and "properties" not in schema)
        extra = None if more is False else self.read(more)
        fields = tuple(Field(name, self.read(one), name in needed) for name, one in properties.items())
        if any(one.required and one.shape == Never() for one in fields):
            return Never()
        return Fields(tuple(one for one in fields if one.shape != Never()), None if extra == Never() else extra)

    def _array(self, schema: dict[str, Any]) -> Items | Row | Never:
        word = "prefixItems" if "prefixItems" in schema else "items"
        items = schema.get(word, True)
        if word == "prefixItems" or isinstance(items, list):
            row = tuple(self.read(item) for item in _listed(schema, word))
            return Never() if Never() in row else Row(row)
        item, (least, most) = self.read(items), _bounds(schema, "minItems", "maxItems")
        if item == Never():
            return Never() if least else Items(Anything(), 0, 0)
        return Items(item, least, most)

    def _target(self, reference: object) -> object:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise _Unkept(f"its values by a reference to {reference!r:.80}")
        target: Any = self._root
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or name not in target:
                raise _Unkept(f"its values by a reference to {reference!r:.80}, which is not there")
            target = target[name]
        return target


def _text(schema: dict[str, Any]) -> Text:
    source = schema.get(COPIED_FROM)
    if isinstance(source, str):
        return Text(copied_from=source)
    form = schema.get("format")
    if form in get_args(Form):
        return Text(form=form)
    return Text(*_bounds(schema, "minLength", "maxLength"))


def _bounds(schema: dict[str, Any], low: str, high: str) -> tuple[int, int | None]:
    """How often something is repeated; bounds that are none, or too large to be kept, are left out."""
    least, most = (_bound(schema.get(word)) for word in (low, high))
    if most is not None and (least or 0) > most:
        raise _Unkept(f'"{low}" above "{high}"')
    return least or 0, most


def _bound(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_REPEATED else None


def _listed(schema: dict[str, Any], word: str) -> list[Any]:
    values = schema[word]
    if not isinstance(values, list) or not values:
        raise _Unkept(f'an empty "{word}"')
    return values
