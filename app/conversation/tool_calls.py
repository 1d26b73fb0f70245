"""What the model is told of the tools, and the calls of them in what it wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.conversation.call_syntax import MalformedCall, WrittenCall, written_calls
from runtime.protocol import Tool as EngineTool
from tools.registry import Tool, WrongCall


def engine_tools(tools: Iterable[Tool]) -> tuple[EngineTool, ...]:
    """What the model is told of, in an order that never changes, so that its key-value cache is computed once."""
    return tuple(EngineTool(name=one.name, description=one.description, parameters=one.schema()) for one in tools)


def calls_in(text: str, names: Collection[str]) -> tuple[WrittenCall, ...]:
    """The calls of an answer, in their order; empty when the answer is plain text. `names` are the tools there are.

    Raises WrongCall for a text that begins like a call and goes on otherwise.
    """
    try:
        return written_calls(text, names)
    except MalformedCall as error:
        raise WrongCall(f"That is not a tool call: {error}.", hint="Write the call again, or plain words.") from error
