"""The tool calls in what a model wrote. Nothing is evaluated: a call is JSON with a known tool's name and arguments."""

from __future__ import annotations

import json
import re

from pydantic import ValidationError

from runtime.protocol import Tool
from tools.catalogue import BY_NAME, CATALOGUE, Call, schema

TOOLS = tuple(Tool(name=call.tool, description=call.__doc__ or "", parameters=schema(call)) for call in CATALOGUE)
"""What the model is told of, in an order that never changes, so that its key-value cache is computed once."""

_BETWEEN = re.compile(r"\s*(?:<\|python_tag\|>)?\s*")


class NotACall(ValueError):
    """The text begins like a call and is none that can be carried out."""


def parse_calls(text: str) -> tuple[Call, ...]:
    """The calls of an answer, in their order; empty when the answer is plain text.

    Several calls follow each other with a semicolon between. Raises NotACall for a text that begins like a call and
    names no known tool, lacks an argument, or goes on with something else.
    """
    place = _skip(text, 0)
    if not text.startswith("{", place):
        return ()
    calls: list[Call] = []
    while place < len(text):
        call, place = _one_call(text, place)
        calls.append(call)
        place = _skip(text, place)
        if text.startswith(";", place):
            place = _skip(text, place + 1)
    return tuple(calls)


def _one_call(text: str, place: int) -> tuple[Call, int]:
    try:
        written, end = json.JSONDecoder().raw_decode(text, place)
        call = BY_NAME[written["name"]].model_validate(written["parameters"], strict=True)
    except (KeyError, TypeError, RecursionError, ValidationError, ValueError) as error:
        raise NotACall(text[place:]) from error
    return call, end


def _skip(text: str, place: int) -> int:
    """The place after white space and the mark that some models put before a call."""
    match = _BETWEEN.match(text, place)
    return match.end() if match else place
