"""What the pocket model's calls can hold: the times and numbers that were said, whole, and no others."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.conversation.heard_values import heard_values
from app.conversation.tool_calls import engine_tools
from runtime.protocol import Tool
from tools.date_language import Dates
from tools.desk_tools import SHIPPED

DATES = Dates(lambda: datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin")), ("en",))
TOOLS = engine_tools(SHIPPED)


def heard(said: str, tool: str, argument: str) -> Any:
    schema = {one.name: one for one in heard_values(TOOLS, said, DATES)}[tool].parameters["properties"][argument]
    return schema["enum"] if isinstance(schema, dict) else schema


@pytest.mark.parametrize(
    ("said", "tool", "argument", "values"),
    [
        ("Schedule a budget review with Ana tomorrow at 3pm", "calendar_create", "start", ["tomorrow at 3pm"]),
        ("Tomorrow put tea at 3pm into my calendar", "calendar_create", "start", ["Tomorrow", "at 3pm", "3pm"]),
        ("Block two hours for the audit on Friday", "calendar_create", "duration", ["two hours"]),
        ("Yoga every Monday from 8am to 9am", "calendar_create", "repeats", ["every Monday"]),
        ("What is on next week?", "calendar_list", "when", ["next week"]),
        ("Mails about the lease since Monday", "inbox_search", "after", ["since Monday", "Monday"]),
        ("Show me the last twelve messages", "inbox_recent", "count", [12]),
        ("Summarise ~/Papers, 3 levels deep", "files_summarise", "depth", [3]),
    ],
)
def test_times_and_numbers_are_those_that_were_said(said: str, tool: str, argument: str, values: list[Any]) -> None:
    assert set(values) <= set(heard(said, tool, argument))


def test_a_time_that_was_said_in_two_places_is_joined() -> None:
    assert "Tomorrow at 3pm" in heard("Tomorrow put tea at 3pm into my calendar", "calendar_create", "start")


@pytest.mark.parametrize("part", ["tomorrow", "at 3pm", "3pm", "Ana"])
def test_a_time_is_not_cut(part: str) -> None:
    assert part not in heard("Schedule a budget review with Ana tomorrow at 3pm", "calendar_create", "start")


@pytest.mark.parametrize(
    ("tool", "argument"),
    [("calendar_create", "start"), ("calendar_find_free", "duration"), ("inbox_recent", "count")],
)
def test_what_was_not_said_has_no_value(tool: str, argument: str) -> None:
    assert heard("Put the budget review into my calendar", tool, argument) is False


def test_a_tool_of_another_maker_is_left_as_it_is() -> None:
    other = Tool(
        name="race", description="", parameters={"type": "object", "properties": {"start": {"type": "string"}}}
    )
    assert heard_values((other,), "Schedule tea tomorrow", DATES) == (other,)
