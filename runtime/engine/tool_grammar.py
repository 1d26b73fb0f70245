"""The grammar of an answer that may call tools: plain text, or calls that name a tool and hold its arguments.

Which of the two it is shows in the first character, so the grammar binds nothing that is not a call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from runtime.engine.grammar import schema_grammar
from runtime.protocol import Tool

_ANSWER = r"""
root ::= one-call (";" " "? one-call)* | plain-text
one-call ::= "<|python_tag|>"? call-object
plain-text ::= [^{<] [^\x00]*
"""


def tool_grammar(tools: Sequence[Tool]) -> str:
    """The GBNF text. A call is JSON as Llama 3.2 writes it, `<|python_tag|>` before it or not.

    Raises EngineFailed for a tool whose parameters a grammar cannot keep.
    """
    calls = schema_grammar({"anyOf": [_call_schema(tool) for tool in tools]})
    return re.sub(r"^root ::= ", "call-object ::= ", calls, flags=re.MULTILINE) + _ANSWER


def _call_schema(tool: Tool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"name": {"const": tool.name}, "parameters": tool.parameters},
        "required": ["name", "parameters"],
        "additionalProperties": False,
    }
