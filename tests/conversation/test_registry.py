"""Tools out of functions: what a model is told of them, what is wrong with a call, and what other packages add."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.desk_tools import SHIPPED
from tools.registry import ENTRY_POINTS, Found, Outcome, Registry, Tool, ToolDesk, WrongCall, tool


class Corner(BaseModel):
    x: int
    y: int


@tool()
def measure(
    desk: ToolDesk,
    name: Annotated[str, Field(description="what is measured")],
    unit: Literal["cm", "inch"],
    corners: list[Corner],
    times: int | None = None,
) -> Outcome:
    """Measure something.

    This paragraph is for programmers.
    """
    return Found({"name": name, "unit": unit, "corners": len(corners), "times": times})


several = (measure,)
not_a_tool = "measure"


def entry(value: str, name: str = "measure") -> EntryPoint:
    return EntryPoint(name=name, value=value, group=ENTRY_POINTS)


def test_the_signature_and_the_docstring_are_all_that_a_model_is_told():
    assert measure.name == "measure"
    assert measure.description == "Measure something."
    schema = measure.schema()
    assert schema["required"] == ["name", "unit", "corners"]
    assert schema["properties"]["name"] == {"type": "string", "description": "what is measured"}
    assert schema["properties"]["unit"]["enum"] == ["cm", "inch"]
    assert schema["properties"]["times"] == {"type": "integer"}
    assert schema["properties"]["corners"]["items"] == {"$ref": "#/$defs/Corner"}
    assert schema["additionalProperties"] is False


def test_a_call_runs_with_its_arguments_checked(tmp_path: Path):
    call = measure.parse({"name": "table", "unit": "cm", "corners": [{"x": 1, "y": 2}]})
    assert call.arguments() == {"name": "table", "unit": "cm", "corners": [{"x": 1, "y": 2}]}
    with DeskDatabase.open(tmp_path / "desk.sqlite") as db:
        outcome = measure.run(ToolDesk(db, Dates(lambda: datetime(2026, 11, 21, tzinfo=UTC))), call)
    assert outcome == Found({"name": "table", "unit": "cm", "corners": 1, "times": None})


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"name": "table", "unit": "cm"}, "corners"),
        ({"name": "table", "unit": "mile", "corners": []}, "unit"),
        ({"name": 3, "unit": "cm", "corners": []}, "name"),
        ({"name": "table", "unit": "cm", "corners": [{"x": 1}]}, "corners.0.y"),
        ({"name": "table", "unit": "cm", "corners": [], "colour": "red"}, "colour"),
        ({"name": "table", "unit": "cm", "corners": [], "times": "3"}, "times"),
    ],
)
def test_what_is_wrong_with_a_call_is_named_for_its_writer(arguments, wrong):
    with pytest.raises(WrongCall, match=wrong) as raised:
        measure.parse(arguments)
    assert "times (optional)" in raised.value.hint


def test_a_function_that_tells_too_little_is_no_tool():
    def silent(desk: ToolDesk) -> Outcome:
        return Found({})

    def odd(desk: ToolDesk, when: ToolDesk) -> Outcome:
        """Take what JSON has no words for."""
        return Found({})

    with pytest.raises(TypeError, match="docstring"):
        tool()(silent)
    with pytest.raises(TypeError, match="odd"):
        tool()(odd)
    with pytest.raises(TypeError, match="whom"):
        tool(sinks=("whom",))(measure._function)


def test_other_packages_add_tools_and_a_broken_one_is_named_and_skipped():
    here = __name__
    registry = Registry(
        SHIPPED,
        [
            entry(f"{here}:several"),
            entry(f"{here}:not_a_tool", "words"),
            entry(f"{here}:missing", "gone"),
            entry("no_such_package_at_all:thing", "absent"),
            entry(f"{here}:measure", "twice"),
        ],
    )
    assert registry["measure"] is measure
    assert [one.name for one in registry][: len(SHIPPED)] == [one.name for one in SHIPPED]
    assert len(registry) == len(SHIPPED) + 1
    assert len(registry.broken) == 4
    for name in ("words", "gone", "absent", "twice"):
        assert any(f"“{name}”" in sentence for sentence in registry.broken)


def test_an_unknown_tool_is_answered_with_those_that_there_are():
    with pytest.raises(WrongCall, match="There is no tool send_mail") as raised:
        Registry(SHIPPED).parse("send_mail", {})
    assert "calendar_create" in raised.value.hint


def test_no_tool_that_ships_sends_or_fetches():
    writes = {one.name for one in SHIPPED if one.effect == "write"}
    assert writes == {"calendar_create", "calendar_move", "calendar_cancel", "remember"}
    assert not any(word in one.name for one in SHIPPED for word in ("send", "fetch", "download", "http"))
    for one in SHIPPED:
        assert isinstance(one, Tool)
        assert one.effect == "read" or one.sinks
