"""Calls whose strings are copied: every span of whole words is allowed, and nothing that the text does not say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.engine import native
from runtime.engine.copy_grammar import copy_rules
from runtime.engine.grammar import Grammar
from runtime.engine.model import Model
from runtime.engine.tool_grammar import tool_grammar
from runtime.protocol import Tool

NOTE = Tool(
    name="note",
    description="Note something.",
    parameters={
        "type": "object",
        "properties": {
            "what": {"type": "string"},
            "who": {"type": "array", "items": {"type": "string"}},
            "count": {"type": "integer"},
        },
        "required": ["what"],
        "additionalProperties": False,
    },
)
REQUEST = 'Note "budget review" with Ana Müller-Keller and Ben, tomorrow in Room 4 at 3.30pm: ~/Documents/tax_2026.'


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    native.start()
    with Model(tiny_model) as loaded:
        yield loaded


def is_allowed(model: Model, text: str, copied_from: str) -> bool:
    grammar = Grammar(model, tool_grammar([NOTE], python_list=True, copied_from=copied_from))
    try:
        for token in model.tokenize(text, special=True):
            grammar.accept(token)
        return grammar.allows(model.tokenize("<|eot_id|>", special=True)[0])
    except ValueError:
        return False
    finally:
        grammar.close()


def note(**arguments: object) -> str:
    return json.dumps({"name": "note", "parameters": arguments}, ensure_ascii=False)


@pytest.mark.parametrize(
    "what",
    [
        "budget review",
        "Ana Müller-Keller",
        "Ben, tomorrow",
        "~/Documents/tax_2026",
        '"budget review"',
        "4",
    ],
)
def test_spans_of_whole_words_are_copied(model, what):
    assert is_allowed(model, note(what=what), REQUEST)
    assert is_allowed(model, note(what=what, who=["Ben", "Ana"], count=3), REQUEST)


@pytest.mark.parametrize(
    "what",
    ["budget revie", "lunch", "udget", "Ana Ben tomorrow", "", " Ben", "Room  4", "tomorrow at 3.30pm", "Ben Ben"],
)
def test_what_the_text_does_not_say_is_not_written(model, what):
    assert not is_allowed(model, note(what=what), REQUEST)


def test_plain_words_stay_free(model):
    assert is_allowed(model, "When shall it be?", REQUEST)


@pytest.mark.parametrize(
    ("text", "what"),
    [("นัดกับอานาพรุ่งนี้", "อานา"), ("मीटिंग अनन्या के साथ", "अनन्या"), ("明日の会議", "会議")],
)
def test_scripts_without_spaces_are_copied_by_their_letters(model, text, what):
    assert is_allowed(model, note(what=what), text)


def test_a_text_without_words_leaves_only_nothing(model):
    assert is_allowed(model, note(what=""), "  \n ")
    assert not is_allowed(model, note(what="a"), "  \n ")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80), st.data())
def test_any_text_makes_a_grammar_that_takes_its_own_words(model, text, data):
    words = text.split()
    if not words:
        assert "copied" in copy_rules(text, "copied")
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    assert is_allowed(model, note(what=" ".join(words[first : last + 1])), text)
