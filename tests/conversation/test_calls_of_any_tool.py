"""Tools of every kind, in every written form: the grammar takes what fits, the parser gives it back, nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from function_calling import (
    FEWEST_WRONG,
    FORMS,
    Counts,
    accepts,
    check_question,
    check_rendering,
    has_valid_calls,
    questions,
    write,
    wrong_texts,
)
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.conversation.call_syntax import WrittenCall, written_calls
from runtime.engine import native
from runtime.engine.grammar import Grammar
from runtime.engine.model import Model
from runtime.engine.tool_grammar import tool_grammar
from runtime.errors import EngineFailed
from runtime.protocol import Tool

WORD, COUNT, AMOUNT, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
POINT = {"type": "object", "properties": {"x": AMOUNT, "y": AMOUNT}, "required": ["x", "y"]}
LINE = {
    "type": "object",
    "properties": {"item": WORD, "count": COUNT, "size": {"type": "string", "enum": ["S", "M", "L"]}},
    "required": ["item"],
}
ARGUMENTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "clock": ({}, []),
    "say": ({"text": WORD}, ["text"]),
    "thermostat.set": ({"degrees": {"type": "float"}, "room": WORD, "quick": FLAG}, ["degrees"]),
    "filter_inbox": ({"sender": WORD, "read": FLAG, "most": COUNT}, []),
    "draw": ({"points": {"type": "array", "items": POINT}, "closed": FLAG}, ["points"]),
    "order": ({"note": WORD, "lines": {"type": "array", "items": LINE}, "to": POINT}, ["lines", "to"]),
    "paint": ({"colour": {"enum": ["red", 'dark "red"', "it's", "\\n", "grün", 3, None, True]}}, ["colour"]),
    "locate": ({"at": {"type": "tuple", "items": {"type": "float"}}, "radius": AMOUNT}, ["at"]),
    "wähle_größe": ({"größe": WORD, "名前": {"type": ["string", "integer"]}}, ["größe"]),
    "store": ({"key": WORD, "value": {"type": "any"}}, ["key", "value"]),
    "tag": ({"labels": {"type": "dict"}, "marks": {"type": "dict", "additionalProperties": COUNT}}, ["labels"]),
    "sort": ({"order": {"type": "string", "enum": ["up", "down"], "default": "up"}, "by": WORD}, ["by"]),
}
TOOLS = tuple(
    Tool(
        name=name,
        description=f"Something called {name}.",
        parameters={"type": "dict", "properties": properties, "required": required},
    )
    for name, (properties, required) in ARGUMENTS.items()
)


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    native.start()
    with Model(tiny_model) as loaded:
        yield loaded


@cache
def grammar() -> str:
    return tool_grammar(TOOLS, python_list=True)


_TEXTS = st.text(max_size=12)
_INTEGERS = st.integers(-(10**15), 10**15)
_NUMBERS = st.one_of(_INTEGERS, st.floats(allow_nan=False, allow_infinity=False))
_SCALARS = {"string": _TEXTS, "integer": _INTEGERS, "number": _NUMBERS, "float": _NUMBERS, "boolean": st.booleans()}
_ANY = st.recursive(
    st.one_of(_TEXTS, _NUMBERS, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=5,
)


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Whatever fits the schema, its properties in the schema's order."""
    kind = schema.get("type")
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if isinstance(kind, list):
        return st.one_of(*(_SCALARS[one] for one in kind))
    if kind in ("array", "tuple"):
        return st.lists(values(schema["items"]), max_size=3)
    if "properties" in schema:
        needed = schema.get("required", ())
        each = {key: values(one) if key in needed else _maybe(values(one)) for key, one in schema["properties"].items()}
        return st.fixed_dictionaries(each).map(lambda made: {key: made[key] for key in each if made[key] is not ...})
    if kind == "dict":
        inner = values(schema["additionalProperties"]) if "additionalProperties" in schema else _ANY
        return st.dictionaries(_TEXTS, inner, max_size=3)
    return _ANY if kind == "any" else _SCALARS[kind]


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(...), strategy)


CALLS = st.sampled_from(TOOLS).flatmap(
    lambda tool: values(tool.parameters).map(lambda arguments: WrittenCall(tool.name, arguments))
)


def same(one: Any, other: Any) -> bool:
    """Equal, and true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(st.lists(CALLS, min_size=1, max_size=3), st.sampled_from(FORMS))
@example([WrittenCall("say", {"text": "\0\x7f\x85\u2028 'a' \"b\" \\ 😀\U00100000\n"})], "json")
@example([WrittenCall("say", {"text": "\0\x7f\x85\u2028 'a' \"b\" \\ 😀\U00100000\n"})], "python")
@example(
    [WrittenCall("thermostat.set", {"degrees": 1e-05}), WrittenCall("thermostat.set", {"degrees": -5e300})], "json"
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_fitting_calls_may_be_written_and_are_read_back(model: Model, calls: list[WrittenCall], form: str) -> None:
    text = write(calls, form)
    assert accepts(model, grammar(), text)
    read = written_calls(text)
    assert [call.name for call in read] == [call.name for call in calls]
    assert same([call.arguments for call in read], [call.arguments for call in calls])


@given(CALLS, st.sampled_from(FORMS), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_call_made_wrong_may_be_written(model: Model, call: WrittenCall, form: str, data: st.DataObject) -> None:
    wrong = wrong_texts(TOOLS, [call], form)
    assert len(wrong) >= FEWEST_WRONG
    for what in data.draw(st.permutations(sorted(wrong)))[:8]:
        assert not accepts(model, grammar(), wrong[what]), what
        assert not has_valid_calls(TOOLS, wrong[what]), what


@pytest.mark.parametrize("form", FORMS)
def test_arguments_may_come_in_their_order_or_the_required_ones_first(model: Model, form: str) -> None:
    line, to = {"item": "tea", "size": "M"}, {"x": 1, "y": 2}
    as_described = {"note": "soon", "lines": [line], "to": to}
    required_first = {"lines": [line], "to": to, "note": "soon"}
    shuffled = {"to": to, "note": "soon", "lines": [line]}
    taken = [
        accepts(model, grammar(), write([WrittenCall("order", one)], form)) for one in (as_described, required_first)
    ]
    assert taken == [True, True]
    assert not accepts(model, grammar(), write([WrittenCall("order", shuffled)], form))


KEYWORDS = [
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "minItems",
    "maxItems",
    "format",
]
TYPES = ["object", "array", "string", "integer", "dict", "any", "null", "banana"]
_NONSENSE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 5000), st.text(max_size=4), st.sampled_from(TYPES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYWORDS), st.text(max_size=4)), inner, max_size=4),
    ),
    max_leaves=12,
)


@given(st.text(max_size=8), st.dictionaries(st.text(max_size=6), _NONSENSE, max_size=3))
@settings(max_examples=80, deadline=2000)
def test_any_schema_gives_a_grammar_that_llama_cpp_reads_or_a_refusal(
    model: Model, name: str, properties: dict[str, Any]
) -> None:
    tool = Tool(name=name, description="", parameters={"type": "object", "properties": properties})
    try:
        gbnf = tool_grammar((tool,), python_list=True)
    except EngineFailed as refused:
        assert repr(name) in refused.message
        return
    loaded = Grammar(model, gbnf)
    for token in model.tokenize(f'{{"name": {json.dumps(name, ensure_ascii=False)}, "parameters": {{'):
        loaded.accept(token)
    loaded.close()


def test_questions_of_a_public_benchmark_are_answered_in_every_form(model: Model, shared_data: Path) -> None:
    folder = shared_data / "function_calling" / "bfcl_v4"
    counts = Counts()
    asked = random.Random(7).sample(questions(folder), 16)
    for question in asked:
        check_question(model, question, counts)
    check_rendering(sorted((shared_data / "gguf" / "templates").glob("meta-llama-*.jinja")), asked, counts)
    assert counts.done["refused as python"] >= FEWEST_WRONG * len(asked)
    assert counts.done["questions shown by templates"] >= 3 * len(asked)
    assert counts.failures == []
