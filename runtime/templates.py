"""Rendering a conversation with the chat template of the model file, so that no content can pose as the template.

The template is a Jinja program from an untrusted file: it runs in Jinja's immutable sandbox. It never sees the contents
of the conversation, only a mark in the place of each; the contents are put in afterwards. So the rendered text is known
to be the template's own in some parts and foreign in the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runtime.errors import EngineFailed
from runtime.protocol import Tool, Turn

DATE = date(2024, 7, 26)  # the date of Llama 3's own template; one that moved would void every cached prefix daily
DATE_STRING = "26 Jul 2024"

_MARK = re.compile("\ue000([0-9]+)\ue001")  # private-use characters, which no template writes
_PYTHON_LIST = re.compile(r"\[\s*\w+\(\s*\w+\s*=")
_HINT = "Choose a model file with a chat template that takes these messages."


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of rendered text: the template's own when `turn` is None, else from the content of that turn."""

    text: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A conversation as text, in parts."""

    parts: tuple[Part, ...]
    instruction_length: int
    """Characters before the first content that is not the system's: the prefix that requests share."""

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


class ChatTemplate:
    """A compiled chat template. `source` is Jinja as in `tokenizer.chat_template`; without one, plain paragraphs."""

    def __init__(self, source: str | None, *, bos: str = "", eos: str = "") -> None:
        """Raises EngineFailed when the template cannot be compiled."""
        self._names = {"bos_token": bos, "eos_token": eos}
        try:
            self._template = _environment().from_string(source) if source else None
        except TemplateError as error:
            raise EngineFailed("The model's chat template is broken.", hint=_HINT) from error

    def render(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> Rendered:
        """Render `turns` up to where the assistant's answer begins, after `tools` where the template tells of them.

        Raises EngineFailed when the template refuses.
        """
        if not self._template:
            return _parts("\n\n".join([*map(_marked, range(len(turns)), turns), ""]), turns)
        messages, folded = _messages(turns), _without_system(turns)
        functions = [_function(tool) for tool in tools] or None
        attempts: list[tuple[list[dict[str, str]], list[dict[str, Any]] | None]] = [(messages, functions)]
        if folded:
            attempts.append((folded, functions))
        attempts.append((messages, []))  # some templates for tools cannot do without a list
        for attempt, told in attempts[:-1]:
            with suppress(EngineFailed):
                return _parts(self._run(attempt, told), turns)
        return _parts(self._run(*attempts[-1]), turns)

    @cached_property
    def teaches_python_list(self) -> bool:
        """Whether the template tells the model to write calls as `[f(a=1), g()]`."""
        if not self._template:
            return False
        probe = Tool(name="probe", description="", parameters={"type": "object", "properties": {}})
        with suppress(EngineFailed):
            rendered = self.render((Turn(role="user", content="?"),), (probe,))
            return any(_PYTHON_LIST.search(part.text) for part in rendered.parts)
        return False

    def _run(self, messages: list[dict[str, str]], tools: list[dict[str, Any]] | None) -> str:
        assert self._template is not None  # noqa: S101 - for the type checker: render() asks first
        try:
            return self._template.render(
                messages=messages,
                tools=tools,
                add_generation_prompt=True,
                date_string=DATE_STRING,
                strftime_now=DATE.strftime,
                raise_exception=_refuse,
                **self._names,
            )
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TemplateError,
            TypeError,
            ValueError,
        ) as error:
            raise EngineFailed("The model's chat template does not take these messages.", hint=_HINT) from error


def split_specials(rendered: Rendered, specials: Sequence[str]) -> list[str]:
    """Cut the text inside each special token's text that foreign content has a hand in, and nowhere else.

    The pieces joined are the whole text; tokenised one by one with special tokens parsed, only the template's own texts
    of special tokens become special tokens, and everything else is tokenised as it would be in one go.
    """
    literals = tuple(sorted({text for text in specials if len(text) > 1}, key=len, reverse=True))
    if not literals:
        return [rendered.text]
    starts = re.compile("[" + re.escape("".join(sorted({text[0] for text in literals}))) + "]")
    text, own = rendered.text, _own_ranges(rendered)
    pieces, begin = [], 0
    for match in starts.finditer(text):
        start = match.start()
        if not text.startswith(literals, start):
            continue
        end = start + max(len(literal) for literal in literals if text.startswith(literal, start))
        while own and own[0][1] <= start:
            own.pop(0)
        if own and own[0][0] <= start and end <= own[0][1]:
            continue
        pieces.append(text[begin : start + 1])
        begin = start + 1
    return [*pieces, text[begin:]]


def _own_ranges(rendered: Rendered) -> list[tuple[int, int]]:
    """Where the template's own parts begin and end."""
    ranges, place = [], 0
    for part in rendered.parts:
        if part.turn is None:
            ranges.append((place, place + len(part.text)))
        place += len(part.text)
    return ranges


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"], autoescape=False
    )
    environment.filters["tojson"] = _to_json  # Jinja's own escapes for HTML
    return environment


def _to_json(value: Any, indent: int | None = None, **_options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _marked(index: int, turn: Turn) -> str:
    """The mark that stands for a content, between the content's own white space, which templates often trim."""
    inner = turn.content.strip()
    if not inner:
        return turn.content
    before, after = turn.content.split(inner[0], 1)[0], turn.content[len(turn.content.rstrip()) :]
    return f"{before}\ue000{index}\ue001{after}"


def _function(tool: Tool) -> dict[str, Any]:
    """The tool as templates know it. Source: https://huggingface.co/docs/transformers/chat_extras"""
    return {"type": "function", "function": tool.model_dump()}


def _messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": _marked(index, turn)} for index, turn in enumerate(turns)]


def _without_system(turns: Sequence[Turn]) -> list[dict[str, str]] | None:
    """The messages with the system's text at the head of the first user turn, for templates without that role."""
    messages = _messages(turns)
    if len(messages) < 2 or (messages[0]["role"], messages[1]["role"]) != ("system", "user"):
        return None
    merged = f"{messages[0]['content'].strip()}\n\n{messages[1]['content']}"
    return [{"role": "user", "content": merged}, *messages[2:]]


def _parts(marked: str, turns: Sequence[Turn]) -> Rendered:
    parts: list[Part] = []
    instruction: int | None = None
    place = 0
    for index, piece in enumerate(_MARK.split(marked)):
        part = Part(piece) if index % 2 == 0 else Part(turns[int(piece)].content.strip(), int(piece))
        if part.turn is not None and turns[part.turn].role != "system" and instruction is None:
            instruction = place
        place += len(part.text)
        parts.append(part)
    return Rendered(tuple(part for part in parts if part.text), place if instruction is None else instruction)
