"""An answer with tools at hand: plain text stays free, a call can only be one of a tool that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from runtime.engine import engine, native
from runtime.engine.grammar import Grammar
from runtime.engine.interrupt import Interrupt
from runtime.engine.model import Model
from runtime.engine.tool_grammar import tool_grammar
from runtime.errors import EngineFailed
from runtime.protocol import Generate, Load, Tool, Turn
from tests.engine.engine_process import engine_process, text_of
from tests.models import CHAT_TEMPLATE, make_tiny_llama

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


def is_allowed(model: Model, text: str, *, tools: Sequence[Tool] = (CREATE, RECENT), python_list: bool = False) -> bool:
    """Whether the whole of `text`, and then the end, may be written."""
    grammar = Grammar(model, tool_grammar(tools, python_list=python_list))
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
        f"\n\n{LATEST}",
        "When should it start?",
        "In braces: {this} <and> that.",
        "नमस्ते",
        "1 event:\n- Fri 27 Nov: lunch",
        "[1] says so.",
        "[inbox_recent(count=10)]",
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
        LUNCH.replace("lunch", "lu\nnch"),
        LATEST.replace("10", '10, "count": 11'),
        f"  {LATEST.replace('10', 'ten')}",
        '{"hello": 1}',
        "{",
        "<|python_tag|>import os",
    ],
)
def test_everything_else_that_begins_like_a_call_is_refused(model: Model, text: str) -> None:
    assert not is_allowed(model, text)


RECENT_LIST = "[inbox_recent(count=10)]"
LUNCH_LIST = (
    "[calendar_create(title='lunch', start=\"tomorrow at noon\", attendees=['Ana', 'Björn']), inbox_recent(count=1)]"
)


@pytest.mark.parametrize(
    "text",
    [
        RECENT_LIST,
        LUNCH_LIST,
        f"<|python_tag|>{LUNCH_LIST}",
        f"\n{RECENT_LIST}",
        f"{LATEST}; {LUNCH}",
        f"<|python_tag|>{LATEST}",
        "[",
        "[]",
        "[1] says so [2].",
        "[Note (of Ana)] bring the keys",
        "[x] done",
        "[(a, b)]",
        "[inbox_recent] shows messages",
        "[日本] नमस्ते",
        "When?",
    ],
)
def test_a_model_that_writes_python_lists_may_and_its_words_stay_free(model: Model, text: str) -> None:
    assert is_allowed(model, text, python_list=True)


@pytest.mark.parametrize(
    "text",
    [
        RECENT_LIST.replace("recent", "delete"),
        RECENT_LIST[:-1],
        RECENT_LIST[:-2],
        f"{RECENT_LIST} and more",
        f"{RECENT_LIST}; {LATEST}",
        RECENT_LIST.replace("10", "ten"),
        RECENT_LIST.replace("10", "1 + 1"),
        RECENT_LIST.replace("count=10", ""),
        RECENT_LIST.replace("count=10", "10"),
        RECENT_LIST.replace("count", "number"),
        LUNCH_LIST.replace("['Ana', 'Björn']", "'Ana'"),
        LUNCH_LIST.replace("'lunch'", "'lunch\""),
        "[os.system('x')]",
        "<|python_tag|>import os",
        "<|python_tag|>[1, 2]",
    ],
)
def test_a_python_list_that_has_begun_a_call_can_only_be_calls(model: Model, text: str) -> None:
    assert not is_allowed(model, text, python_list=True)


def test_a_tool_that_python_has_no_name_for_is_called_as_json_alone(model: Model) -> None:
    mail = RECENT.model_copy(update={"name": "mail.list", "parameters": {"properties": {"from": {"type": "string"}}}})
    tools = (mail, RECENT)
    assert is_allowed(model, RECENT_LIST, tools=tools, python_list=True)
    assert is_allowed(model, '{"name": "mail.list", "parameters": {"from": "Ana"}}', tools=tools, python_list=True)
    assert not is_allowed(model, "[mail.list(from='Ana')]", tools=tools, python_list=True)
    assert "python" not in tool_grammar((mail,), python_list=True).replace("<|python_tag|>", "")


def test_the_grammar_of_a_model_that_writes_json_knows_no_lists() -> None:
    assert "python" not in tool_grammar((CREATE, RECENT)).replace("<|python_tag|>", "")


def test_tools_that_take_too_much_together_are_refused() -> None:
    many = {f"argument_{index}_{'x' * 160}": {"type": "string"} for index in range(1200)}
    with pytest.raises(EngineFailed, match="too many arguments"):
        tool_grammar((RECENT.model_copy(update={"parameters": {"type": "object", "properties": many}}),))


PYTHON_TEMPLATE = (
    "{% if tools %}Put the calls in the format of [name1(argument1=value1, argument2=value2...), name2(argument)]."
    "{% endif %}{% for message in messages %}{{ message.content }}{% endfor %}"
)


@pytest.mark.parametrize(("template", "in_a_list"), [(PYTHON_TEMPLATE, True), (CHAT_TEMPLATE, False)])
def test_only_a_template_that_asks_for_a_python_list_gets_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, in_a_list: bool
) -> None:
    made: list[str] = []
    monkeypatch.setattr(engine, "Grammar", lambda model, gbnf: made.append(gbnf) or Grammar(model, gbnf))
    path = make_tiny_llama(tmp_path / "model.gguf", template=template)
    native.start()
    loaded = engine.LoadedModel(Load(request=1, path=str(path), n_ctx=256), 1, Interrupt(), lambda _: None)
    try:
        loaded.generate(Generate(request=2, turns=(Turn(role="user", content="What is new?"),), tools=(RECENT,)))
    finally:
        loaded.close()
    assert ["python-call" in gbnf for gbnf in made] == [in_a_list]


def test_the_engine_takes_tools_or_a_form_but_not_both(tiny_model: Path, tmp_path: Path) -> None:
    with engine_process(tmp_path) as process:
        process.load(tiny_model)
        events = process.generate(prompt="The", max_tokens=8, tools=(RECENT,), json_schema={"type": "integer"})
        assert events[-1].kind == "failed"
        assert "tools, a form or words" in events[-1].message
        assert text_of(process.generate(prompt="The", max_tokens=8, tools=(CREATE, RECENT)))


def offering(start: object) -> Tool:
    properties = {**CREATE.parameters["properties"], "start": start}
    return CREATE.model_copy(update={"parameters": {**CREATE.parameters, "properties": properties}})


def test_an_argument_takes_only_the_values_that_are_listed(model: Model) -> None:
    tools = (offering({"enum": ["tomorrow at noon", "noon"]}), RECENT)
    assert is_allowed(model, LUNCH, tools=tools)
    assert is_allowed(model, LUNCH.replace("tomorrow at ", ""), tools=tools)
    assert not is_allowed(model, LUNCH.replace(" at noon", ""), tools=tools)


def test_a_tool_that_needs_what_there_is_no_value_for_cannot_be_called(model: Model) -> None:
    tools = (offering(False), RECENT)
    assert not is_allowed(model, LUNCH, tools=tools)
    assert is_allowed(model, LATEST, tools=tools)
    assert is_allowed(model, "When should it start?", tools=tools)


def test_where_no_tool_can_be_called_words_are_left(model: Model) -> None:
    assert is_allowed(model, "When should it start?", tools=(offering(False),))
    assert not is_allowed(model, LUNCH, tools=(offering(False),))
