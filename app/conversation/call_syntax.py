"""The calls that a model wrote, in any of three forms. Nothing is evaluated, and no tool is looked up here.

`{"name": "f", "parameters": {"a": 1}}`, several of them with ";" between; `[f(a=1), g()]` with Python's literals; and
either of them after `<|python_tag|>`.
"""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

MOST_CHARACTERS = 32_000
"""No call is longer."""
MOST_NESTED = 48
"""No call has brackets in brackets deeper than this."""

_BETWEEN = re.compile(r"\s*(<\|python_tag\|>)?\s*")
_JSON_CALL = re.compile(r'\{\s*(?:"name"|(?:"(?:n(?:a(?:me?)?)?)?)?$)')
_PYTHON_CALL = re.compile(r"\[\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\(")
_STRING_OR_BRACKET = re.compile(r""""(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|[\[({})\]]""", re.DOTALL)
_ARGUMENTS = ("parameters", "arguments")
_JSON_NAMES = {"true": True, "false": False, "null": None}  # which models write in Python's form too


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A tool's name and its arguments as they were written; whether there is such a tool is for others to say."""

    name: str
    arguments: dict[str, Any]


class MalformedCall(ValueError):
    """A call was begun, and the text is none: it breaks off, goes on with something else, or holds no plain values."""


def written_calls(text: str, tools: Collection[str] = ()) -> tuple[WrittenCall, ...]:
    """The calls of an answer, in their order; empty when the answer is plain text.

    `tools` are the names that are known: a text that begins like a list with one of them and does not read as calls is
    a call gone wrong, with any other name plain text. Raises MalformedCall for a call gone wrong.
    """
    start, marked = _skip(text, 0)
    calls: tuple[WrittenCall, ...] = ()
    if _JSON_CALL.match(text, start):
        calls = _json_calls(text, start)
    elif begun := _PYTHON_CALL.match(text, start):
        try:
            calls = _python_calls(text[start:].rstrip())
        except MalformedCall:
            if begun[1] in tools:
                raise
    if marked and not calls:
        raise MalformedCall("the mark of a call stands before something else")
    return calls


def _skip(text: str, place: int) -> tuple[int, bool]:
    """The place after white space and the mark that some models put before a call, and whether the mark was there."""
    match = _BETWEEN.match(text, place)
    return (match.end(), match[1] is not None) if match else (place, False)


def _check_size(text: str) -> None:
    depth = 0
    if len(text) > MOST_CHARACTERS:
        raise MalformedCall("the call is too long")
    for sign in _STRING_OR_BRACKET.findall(text):
        depth += (sign in {"[", "(", "{"}) - (sign in {"]", ")", "}"})
        if depth > MOST_NESTED:
            raise MalformedCall("the call is nested too deep")


def _json_calls(text: str, place: int) -> tuple[WrittenCall, ...]:
    _check_size(text)
    calls: list[WrittenCall] = []
    while place < len(text):
        value, place = _json_value(text, place)
        place, _ = _skip(text, place)
        if not calls and place == len(text) and value.keys().isdisjoint(_ARGUMENTS):
            return ()  # an object with a name, and no call
        calls.append(_json_call(value))
        if text.startswith(";", place):
            place, _ = _skip(text, place + 1)
    return tuple(calls)


def _json_value(text: str, place: int) -> tuple[dict[str, Any], int]:
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=_object)
    try:
        value, end = decoder.raw_decode(text, place)
    except (RecursionError, ValueError) as error:
        raise MalformedCall("the call is no JSON") from error
    if not isinstance(value, dict):
        raise MalformedCall("a call is an object")
    return value, end


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise MalformedCall("a name stands twice in an object")
    return made


def _json_call(value: dict[str, Any]) -> WrittenCall:
    match value:
        case {"name": str(name), "parameters": dict(arguments), **more} if not more:
            return WrittenCall(_plain(name), _plain(arguments))
        case {"name": str(name), "arguments": dict(arguments), **more} if not more:
            return WrittenCall(_plain(name), _plain(arguments))
    raise MalformedCall("a call has a name and parameters")


def _python_calls(text: str) -> tuple[WrittenCall, ...]:
    _check_size(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the text escapes
            tree = ast.parse(text, mode="eval").body
    except (MemoryError, RecursionError, SyntaxError, ValueError) as error:
        raise MalformedCall("the calls are no Python") from error
    if not isinstance(tree, ast.List):
        raise MalformedCall("the calls are no list")
    return tuple(_python_call(item) for item in tree.elts)


def _python_call(tree: ast.expr) -> WrittenCall:
    if not isinstance(tree, ast.Call) or tree.args:
        raise MalformedCall("a call has a name and named arguments")
    arguments = {word.arg: _python_value(word.value) for word in tree.keywords if word.arg is not None}
    if len(arguments) < len(tree.keywords):
        raise MalformedCall("an argument has no name of its own")
    return WrittenCall(_dotted(tree.func), _plain(arguments))


def _dotted(tree: ast.expr) -> str:
    names: list[str] = []
    while isinstance(tree, ast.Attribute):
        names.append(tree.attr)
        tree = tree.value
    if not isinstance(tree, ast.Name):
        raise MalformedCall("a call begins with the name of a tool")
    return ".".join([tree.id, *reversed(names)])


def _python_value(tree: ast.expr) -> Any:
    match tree:
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.Name(id=name) if name in _JSON_NAMES:
            return _JSON_NAMES[name]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if value is not True:
            return -value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_python_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            pairs = [(_key(key), _python_value(one)) for key, one in zip(keys, values, strict=True)]
            return _object(pairs)
    raise MalformedCall("an argument is no plain value")


def _key(tree: ast.expr | None) -> str:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        return tree.value
    raise MalformedCall("a name in an object is no string")


def _plain(value: Any) -> Any:
    """The value with its characters whole: two escapes may come to one. Raises MalformedCall for what JSON lacks."""
    match value:
        case str():
            return _whole(value)
        case float() if not math.isfinite(value):
            raise MalformedCall("a number is too large")
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_whole(name): _plain(one) for name, one in value.items()}
    return value


def _whole(text: str) -> str:
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise MalformedCall("half a character stands alone") from error
