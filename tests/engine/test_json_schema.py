"""Which schemas an answer can be held to, and what they let through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.engine import native
from runtime.engine.grammar import Grammar
from runtime.engine.json_schema import check_schema, schema_grammar
from runtime.engine.model import Model
from runtime.errors import EngineFailed


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
        {"type": "array", "items": {"type": ["string", "null"]}, "maxItems": 5},
        {"enum": ["a", 1, None], "description": "one of three"},
        {"type": "string", "copied_from": "the deposit comes back"},
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
        ({"type": "string", "pattern": "^[a-z]+$"}, '"pattern"'),
        ({"type": "string", "copied_from": 3}, '"copied_from"'),
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


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    native.start()
    with Model(tiny_model) as loaded:
        yield loaded


def is_allowed(model: Model, schema: dict[str, Any], value: object) -> bool:
    grammar = Grammar(model, schema_grammar(schema))
    try:
        for token in model.tokenize(json.dumps(value, ensure_ascii=False), special=True):
            grammar.accept(token)
        return grammar.allows(model.tokenize("<|eot_id|>", special=True)[0])
    except ValueError:
        return False
    finally:
        grammar.close()


@pytest.mark.parametrize("value", ['say "no"', "a\\b", "ligne\nsuivante", "ครับ"])
def test_a_listed_text_is_written_as_it_is(model, value):
    assert is_allowed(model, {"enum": [value, 7]}, value)
    assert not is_allowed(model, {"enum": [value, 7]}, f"{value} and more")


def item(number: int, said: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"what": {"type": "string", "copied_from": said}, "message": {"const": number}},
        "required": ["what", "message"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("what", "message", "allowed"),
    [
        ("send the lease", 1, True),
        ("call Ana", 2, True),
        ("call Ana", 1, False),
        ("send the leash", 1, False),
        ("call Ben", 2, False),
    ],
)
def test_a_copied_text_stands_in_its_own_source(model, what, message, allowed):
    schema = {"type": "array", "items": {"anyOf": [item(1, "Ben: send the lease!"), item(2, "Ada: I'll call Ana")]}}
    assert is_allowed(model, schema, [{"what": what, "message": message}]) is allowed
