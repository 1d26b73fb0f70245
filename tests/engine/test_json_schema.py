"""Which schemas an answer can be held to."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.engine.json_schema import check_schema
from runtime.errors import EngineFailed


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
        {"type": "array", "items": {"type": ["string", "null"]}, "maxItems": 5},
        {"enum": ["a", 1, None], "description": "one of three"},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "string", "format": "date"},
        {"anyOf": [{"type": "null"}, {"const": "x"}]},
        {"$ref": "#/$defs/item", "$defs": {"item": {"type": "boolean"}}},
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/i"}, "b": {"$ref": "#/$defs/i"}},
            "$defs": {"i": {"type": "null"}},
        },
    ],
)
def test_schemas_that_a_grammar_keeps_are_taken(schema: dict[str, Any]) -> None:
    check_schema(schema)


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "integer", "minimum": 1}, '"minimum"'),
        ({"type": "number", "multipleOf": 2}, '"multipleOf"'),
        ({"type": "string", "pattern": "[a-z]+"}, "between ^ and $"),
        ({"type": "string", "format": "email"}, '"email"'),
        ({"type": "object", "patternProperties": {}}, '"patternProperties"'),
        ({"type": "object", "required": ["a"]}, '"a"'),
        ({"not": {"type": "null"}}, '"not"'),
        ({"allOf": [{"type": "null"}]}, '"allOf"'),
        ({"$ref": "#"}, "'#'"),
        ({"$ref": "https://example.org/schema"}, "example.org"),
        ({"$ref": "#/$defs/absent"}, "absent"),
        (
            {
                "type": "object",
                "properties": {"a": {"$ref": "#/$defs/t"}},
                "$defs": {"t": {"anyOf": [{"$ref": "#/$defs/t"}]}},
            },
            "itself",
        ),
        ({"type": "array", "items": {"type": "null"}, "maxItems": 10**9}, '"maxItems"'),
        ({"type": "null", "enum": []}, '"enum"'),
        ({"type": "banana"}, '"banana"'),
        ({"enum": ["a"], "maxLength": 3}, '"maxLength" beside "enum"'),
        ({"type": ["string", "null"], "maxLength": 3}, '"maxLength" beside "type"'),
        ({"type": "array", "items": True}, "True"),
    ],
)
def test_what_would_be_ignored_is_refused_by_name(schema: dict[str, Any], named: str) -> None:
    with pytest.raises(EngineFailed) as refusal:
        check_schema(schema)
    assert named in refusal.value.message
