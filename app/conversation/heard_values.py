"""What the arguments of a call can hold after what was said: for the pocket model, which copies and computes nothing.

Of an argument for a time only what the date language understands can be written, whole; of one for a number only a
number that was named. What was not said need not be written either: it is asked back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from runtime.protocol import Tool
from tools.date_language import Dates
from tools.desk_tools import SHIPPED

_OURS = frozenset(tool.name for tool in SHIPPED)
_FINDERS: dict[str, Callable[[Dates, str], Sequence[str | int]]] = {
    "start": Dates.starts_in,
    "end": Dates.ends_in,
    "when": Dates.spans_in,
    "after": Dates.spans_in,
    "before": Dates.spans_in,
    "duration": Dates.durations_in,
    "repeats": Dates.repeats_in,
    "count": Dates.numbers_in,
    "depth": Dates.numbers_in,
}
"""The arguments of the tools that ship which say a time or a number, and what finds these."""


def heard_values(tools: Sequence[Tool], said: str, dates: Dates) -> tuple[Tool, ...]:
    """The tools with no argument required, and for those of times and numbers the values that `said` has."""

    @cache
    def schema(argument: str) -> dict[str, Any] | bool:
        found = list(_FINDERS[argument](dates, said))
        return {"enum": found} if found else False

    return tuple(_with(tool, schema) if tool.name in _OURS else tool for tool in tools)


def _with(tool: Tool, schema: Callable[[str], dict[str, Any] | bool]) -> Tool:
    properties = {
        name: schema(name) if name in _FINDERS else described
        for name, described in tool.parameters["properties"].items()
    }
    parameters = tool.parameters | {"properties": properties, "required": []}
    return tool.model_copy(update={"parameters": parameters})
