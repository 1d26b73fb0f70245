"""What tools of others say of their arguments: read into shapes, or refused with the tool's name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field

from runtime.engine.tool_schema import Anything, Choice, Either, Fields, Items, Never, Of, Row, Text, arguments_of
from runtime.engine.tool_schema import Field as Argument
from runtime.errors import EngineFailed
from runtime.protocol import Tool


def tool(parameters: dict[str, Any]) -> Tool:
    return Tool(name="shop.order", description="Order something.", parameters=parameters)


def shape_of(schema: Any) -> Any:
    read = arguments_of(tool({"type": "object", "properties": {"a": schema}}))
    assert isinstance(read, Fields)
    (field,) = read.fields
    return field.shape


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({"type": "float", "default": 0, "optional": True}, Of("number")),
        ({"type": "int"}, Of("integer")),
        ({"type": "tuple", "items": {"type": "float"}}, Items(Of("number"))),
        ({"type": "list"}, Items(Anything())),
        ({"type": "any"}, Anything()),
        ({}, Anything()),
        (True, Anything()),
        ({"type": "dict"}, Fields(extra=Anything())),
        ({"type": "dict", "properties": {}}, Fields()),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, Fields(extra=Of("integer"))),
        ({"properties": {"b": {"type": "string"}}}, Fields((Argument("b", Text(), required=False),))),
        ({"type": ["string", "null"], "maxLength": 3}, Either((Text(most=3), Of("null")))),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}, Either((Of("integer"), Of("null")))),
        ({"type": "string", "enum": ["x", "y"]}, Choice(("x", "y"))),
        ({"const": 7}, Choice((7,))),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}]}, Row((Text(), Of("null")))),
        ({"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": True}, Items(Anything(), 1, 3)),
        ({"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2}, Of("integer")),
        ({"type": "string", "pattern": "[a-z]", "minLength": 2}, Text(least=2)),
        ({"type": "string", "maxLength": 100_000}, Text()),
        ({"type": "string", "format": "date"}, Text(form="date")),
        ({"type": "string", "format": "e-mail"}, Text()),
        ({"allOf": [{"type": "boolean"}]}, Of("boolean")),
        ({"anyOf": [False, {"type": "null"}]}, Either((Of("null"),))),
        ({"type": "array", "items": False}, Items(Anything(), 0, 0)),
        ({"type": "object", "additionalProperties": False}, Fields()),
    ],
)
def test_what_a_schema_says_becomes_a_shape(schema: Any, shape: Any) -> None:
    assert shape_of(schema) == shape


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"anyOf": [False, False]},
        {"type": "array", "items": False, "minItems": 1},
        {"type": "array", "prefixItems": [{"type": "string"}, False]},
        {"type": "object", "properties": {"b": False}, "required": ["b"]},
    ],
)
def test_what_has_no_value_is_left_out_or_keeps_its_tool_from_being_called(schema: Any) -> None:
    described = {"type": "object", "properties": {"a": schema, "b": {"type": "null"}}}
    assert arguments_of(tool(described)) == Fields((Argument("b", Of("null"), required=False),))
    assert arguments_of(tool(described | {"required": ["a"]})) == Never()


def test_a_required_argument_that_is_not_described_is_not_asked_for() -> None:
    read = arguments_of(tool({"type": "dict", "properties": {"a": {"type": "any"}}, "required": ["a", "b"]}))
    assert read == Fields((Argument("a", Anything(), required=True),))


class Line(BaseModel):
    item: str
    count: int = Field(default=1, ge=1)


class Order(BaseModel):
    lines: list[Line] = Field(min_length=1)
    gift: Line | None = None


def test_nested_pydantic_models_are_read_through_their_references() -> None:
    line = Fields((Argument("item", Text(), required=True), Argument("count", Of("integer"), required=False)))
    assert arguments_of(tool(Order.model_json_schema())) == Fields(
        (
            Argument("lines", Items(line, 1), required=True),
            Argument("gift", Either((line, Of("null"))), required=False),
        )
    )


def deep(levels: int) -> dict[str, Any]:
    return {"type": "array", "items": deep(levels - 1)} if levels else {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "banana"}, "'banana'"),
        ({"type": {"a": 1}}, "the type"),
        ("string", "where a schema belongs"),
        ({"type": "integer", "not": {"const": 3}}, '"not"'),
        ({"type": "object", "patternProperties": {}}, '"patternProperties"'),
        ({"allOf": [{"type": "string"}, {"type": "string"}]}, '"allOf"'),
        ({"$ref": "#"}, "'#'"),
        ({"$ref": "https://example.org/schema"}, "example.org"),
        ({"$ref": "#/$defs/absent"}, "absent"),
        ({"$ref": "#/properties/a"}, "deeper"),
        ({"enum": []}, '"enum"'),
        ({"anyOf": {}}, '"anyOf"'),
        ({"type": "array", "minItems": 4, "maxItems": 2}, '"minItems"'),
        ({"type": "object", "properties": ["a"]}, '"properties"'),
        ({"const": "\ud800"}, "JSON"),
        ({"const": float("inf")}, "JSON"),
        (deep(40), "deeper"),
        ({"anyOf": [{"type": "null"}] * 3000}, "more values"),
    ],
)
def test_what_no_grammar_keeps_is_refused_with_the_name_of_the_tool(schema: Any, named: str) -> None:
    with pytest.raises(EngineFailed) as refusal:
        shape_of(schema)
    assert refusal.value.message.startswith("The tool 'shop.order' cannot be offered: it describes ")
    assert named in refusal.value.message


@pytest.mark.parametrize("parameters", [{"type": "string"}, {"type": "any"}, {"enum": [{}]}])
def test_arguments_have_names(parameters: dict[str, Any]) -> None:
    with pytest.raises(EngineFailed, match="not an object's properties"):
        arguments_of(tool(parameters))


def test_a_tool_without_arguments_may_say_so_in_few_words() -> None:
    assert arguments_of(tool({"type": "object", "properties": {}})) == Fields()
