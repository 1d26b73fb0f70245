"""The grammar of an answer that has to follow a JSON schema. What a grammar cannot hold it to is refused.

Keywords: https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

from typing import Any

from runtime.engine.grammar import MOST_GBNF
from runtime.engine.notation import JSON
from runtime.engine.tool_schema import COPIED_FROM, shape_of
from runtime.engine.value_grammar import ValueRules
from runtime.errors import EngineFailed

_ANNOTATIONS = {"$schema", "$id", "$defs", "definitions", "title", "description", "default", "examples", "$comment"}
_ANY = {"type", "enum", "const", "anyOf", "oneOf", "$ref"}
_BY_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "prefixItems", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "format", COPIED_FROM},
    "integer": set[str](),
    "number": set[str](),
    "boolean": set[str](),
    "null": set[str](),
}
_FORMATS = {"date", "time", "date-time", "uuid"}
_MAX_DEPTH = 32
_MAX_REPEAT = 256  # a rule that repeats more often makes a slow grammar


def schema_grammar(schema: dict[str, Any]) -> str:
    """The GBNF text that matches just the JSON that `schema` describes, properties in the order of the schema.

    A string described with `copied_from`, a text, is one span of it or two. Raises EngineFailed for a schema that says
    what a grammar cannot hold an answer to.
    """
    check_schema(schema)
    rules = ValueRules(JSON)
    root = rules.value(shape_of(schema))
    gbnf = f"root ::= {root}\n{rules.text()}"
    if len(gbnf) > MOST_GBNF:
        raise EngineFailed("The form asked for the answer is too large.", hint="Ask for a simpler form.")
    return gbnf


def check_schema(schema: dict[str, Any]) -> None:
    """Raise EngineFailed, naming the keyword, unless a grammar can hold an answer to all that `schema` says."""
    _Check(schema).visit(schema, 0)


class _Check:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._open: set[str] = set()

    def visit(self, schema: object, depth: int) -> None:
        if not isinstance(schema, dict):
            raise _refusal(f"{schema!r} where a schema belongs")
        if depth > _MAX_DEPTH:
            raise _refusal("schemas nested that deep")
        kind = schema.get("type")
        kinds = kind if isinstance(kind, list) else [kind] if kind is not None else _implied(schema)
        self._keywords(schema, kinds)
        self._values(schema)
        self._children(schema, depth)

    def _keywords(self, schema: dict[str, Any], kinds: list[str]) -> None:
        unknown = [kind for kind in kinds if kind not in _BY_TYPE]
        if unknown:
            raise _refusal(f'the type "{unknown[0]}"')
        described = set(schema) - _ANNOTATIONS
        # The converter reads one of these and drops whatever stands beside it.
        alone: list[str] = [word for word in ("$ref", "oneOf", "anyOf", "const", "enum") if word in schema]
        if len(kinds) > 1 and not alone:
            alone = ["type"]
        allowed = {alone[0], "type"} if alone else _ANY.union(*(_BY_TYPE[kind] for kind in kinds))
        if described - allowed:
            raise _refusal(f'"{min(described - allowed)}"' + (f' beside "{alone[0]}"' if alone else ""))

    def _values(self, schema: dict[str, Any]) -> None:
        if "format" in schema and schema["format"] not in _FORMATS:
            raise _refusal(f'the format "{schema["format"]}"')
        if not isinstance(schema.get(COPIED_FROM, ""), str):
            raise _refusal(f'"{COPIED_FROM}" without a text')
        for word in ("minItems", "maxItems", "minLength", "maxLength"):
            value = schema.get(word, 0)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_REPEAT:
                raise _refusal(f'"{word}": {value!r}')
        if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
            raise _refusal('an empty "enum"')
        required = set(schema.get("required", ()))
        if not required <= set(schema.get("properties", {})):
            raise _refusal(f'the required property "{min(required - set(schema.get("properties", {})))}" undescribed')

    def _children(self, schema: dict[str, Any], depth: int) -> None:
        for child in schema.get("properties", {}).values():
            self.visit(child, depth + 1)
        if not isinstance(schema.get("additionalProperties", False), bool):
            self.visit(schema["additionalProperties"], depth + 1)
        if "items" in schema and "prefixItems" in schema:
            raise _refusal('"items" beside "prefixItems"')
        if "items" in schema:
            self.visit(schema["items"], depth + 1)
        for word in ("anyOf", "oneOf", "prefixItems"):
            for child in schema.get(word, ()):
                self.visit(child, depth + 1)
        if "$ref" in schema:
            self._reference(schema["$ref"], depth)

    def _reference(self, reference: object, depth: int) -> None:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise _refusal(f"a reference to {reference!r}")
        if reference in self._open:
            raise _refusal("a schema that contains itself")
        target: Any = self._root
        for name in reference[2:].split("/"):
            if not isinstance(target, dict) or name not in target:
                raise _refusal(f"a reference to {reference!r}, which is not there")
            target = target[name]
        self._open.add(reference)
        self.visit(target, depth + 1)
        self._open.discard(reference)


def _implied(schema: dict[str, Any]) -> list[str]:
    """The types that a schema without "type" is read as."""
    return [kind for kind, words in _BY_TYPE.items() if words & set(schema)] or ["object"]


def _refusal(what: str) -> EngineFailed:
    return EngineFailed(f"The form asked for the answer uses {what}, which cannot be enforced.", hint="Leave it out.")
