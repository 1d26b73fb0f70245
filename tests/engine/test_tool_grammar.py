"""An answer with tools at hand: plain text stays free, a call can only be one of a tool that is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.engine import native
from runtime.engine.grammar import Grammar
from runtime.engine.model import Model
from runtime.engine.tool_grammar import tool_grammar
from runtime.errors import EngineFailed
from runtime.protocol import Tool
from tests.engine.engine_process import engine_process, text_of

CREATE = Tool(
    name="calendar_create",
    description="Put an event into the calendar.",
    parameters={
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "start": {"type": "string"},
            "attendees": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["title", "start"],
        "additionalProperties": False,
    },
)
RECENT = Tool(
    name="inbox_recent",
    description="Show the latest messages.",
    parameters={"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]},
)
LUNCH = '{"name": "calendar_create", "parameters": {"title": "lunch", "start": "tomorrow at noon"}}'
WITH_ANA = LUNCH.replace('noon"', 'noon", "attendees": ["Ana", "Björn"]')
LATEST = '{"name": "inbox_recent", "parameters": {"count": 10}}'


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    native.start()
    with Model(tiny_model) as loaded:
        yield loaded


def is_allowed(model: Model, text: str) -> bool:
    """Whether the whole of `text`, and then the end, may be written."""
    grammar = Grammar(model, tool_grammar((CREATE, RECENT)))
    try:
        for token in model.tokenize(text, special=True):
            grammar.accept(token)
        return grammar.allows(model.tokenize("<|eot_id|>", special=True)[0])
    except ValueError:
        return False
    finally:
        grammar.close()


@pytest.mark.parametrize(
    "text",
    [
        LUNCH,
        WITH_ANA,
        LATEST,
        f"<|python_tag|>{LATEST}",
        f"{LATEST}; {LUNCH}",
        "When should it start?",
        "In braces: {this} <and> that.",
        "नमस्ते",
        "1 event:\n- Fri 27 Nov: lunch",
    ],
)
def test_texts_and_calls_of_known_tools_are_allowed(model: Model, text: str) -> None:
    assert is_allowed(model, text)


@pytest.mark.parametrize(
    "text",
    [
        LUNCH.replace("calendar_create", "calendar_delete"),
        LUNCH.replace('"start"', '"begin"'),
        LUNCH.replace(', "start": "tomorrow at noon"', ""),
        LATEST.replace("10", '"ten"'),
        LATEST[:-1],
        f"{LATEST} and more",
        '{"hello": 1}',
        "{",
        "<|python_tag|>import os",
    ],
)
def test_everything_else_that_begins_like_a_call_is_refused(model: Model, text: str) -> None:
    assert not is_allowed(model, text)


def test_parameters_that_no_grammar_keeps_are_refused() -> None:
    with pytest.raises(EngineFailed, match="minimum"):
        tool_grammar((RECENT.model_copy(update={"parameters": {"type": "integer", "minimum": 1}}),))


def test_the_engine_takes_tools_or_a_form_but_not_both(tiny_model: Path, tmp_path: Path) -> None:
    with engine_process(tmp_path) as engine:
        engine.load(tiny_model)
        events = engine.generate(prompt="The", max_tokens=8, tools=(RECENT,), json_schema={"type": "integer"})
        assert events[-1].kind == "failed"
        assert "tools, a form or words" in events[-1].message
        assert text_of(engine.generate(prompt="The", max_tokens=8, tools=(CREATE, RECENT)))
