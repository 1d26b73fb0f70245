"""The tool calls in what a model wrote. Nothing is evaluated: a call is JSON with a known tool's name and arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from runtime.protocol import Tool as EngineTool
from tools.registry import Tool, WrongCall

_BETWEEN = re.compile(r"\s*(?:<\|python_tag\|>)?\s*")


def engine_tools(tools: Iterable[Tool]) -> tuple[EngineTool, ...]:
    """What the model is told of, in an order that never changes, so that its key-value cache is computed once."""
    return tuple(EngineTool(name=one.name, description=one.description, parameters=one.schema()) for one in tools)


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call as the model wrote it, not yet checked."""

    name: str
    arguments: dict[str, Any]


def written_calls(text: str) -> tuple[WrittenCall, ...]:
    """The calls of an answer, in their order; empty when the answer is plain text.

    Several calls follow each other with a semicolon between. Raises WrongCall for a text that begins like a call and
    goes on otherwise.
    """
    place = _skip(text, 0)
    if not text.startswith("{", place):
        return ()
    calls: list[WrittenCall] = []
    while place < len(text):
        call, place = _one_call(text, place)
        calls.append(call)
        place = _skip(text, place)
        if text.startswith(";", place):
            place = _skip(text, place + 1)
    return tuple(calls)


def _one_call(text: str, place: int) -> tuple[WrittenCall, int]:
    try:
        written, end = json.JSONDecoder().raw_decode(text, place)
        name, arguments = written["name"], written["parameters"]
    except (KeyError, TypeError, RecursionError, ValueError) as error:
        raise WrongCall("That is not a tool call.", hint='Write {"name": ..., "parameters": {...}}.') from error
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise WrongCall("That is not a tool call.", hint='Write {"name": ..., "parameters": {...}}.')
    return WrittenCall(name, arguments), end


def _skip(text: str, place: int) -> int:
    """The place after white space and the mark that some models put before a call."""
    match = _BETWEEN.match(text, place)
    return match.end() if match else place
