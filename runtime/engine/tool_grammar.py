"""The grammar of an answer that may call tools: plain text, or calls that name a tool and hold its arguments.

A call has begun with `{`, with `<|python_tag|>`, and, for a model that writes calls as a Python list, with `[name(`;
the grammar binds nothing else.
"""

from __future__ import annotations

import json
import keyword
import unicodedata
from collections.abc import Sequence

from runtime.engine.copy_grammar import copy_rules
from runtime.engine.grammar import MOST_GBNF
from runtime.engine.notation import JSON, PYTHON, gbnf_text
from runtime.engine.tool_schema import Fields, Never, arguments_of
from runtime.engine.value_grammar import ValueRules
from runtime.errors import EngineFailed
from runtime.protocol import Tool

_JSON_CALL = r"""json-call ::= "{" " "? "\"name\"" " "? ":" " "? json-named " "? "}"
json-parameters ::= " "? "," " "? "\"parameters\"" " "? ":" " "?
"""
_NO_CALL = r"""
root ::= [ \t\r\n]* [^{< \t\r\n] [^\x00]*
"""
_ANSWER = r"""
root ::= [ \t\r\n]* (calls | words)
calls ::= call (";" " "? call)*
call ::= "<|python_tag|>"? json-call
words ::= [^{< \t\r\n] [^\x00]*
"""
_ANSWER_OR_LIST = r"""
root ::= [ \t\r\n]* (calls | words)
calls ::= call (";" " "? call)* | "<|python_tag|>"? "[" python-call (" "? "," " "? python-call)* "]"
call ::= "<|python_tag|>"? json-call
words ::= [^{<[ \t\r\n] [^\x00]* | "[" no-call?
no-call ::= [^0-9A-Z_a-z.\x80-\U0010FFFF] [^\x00]* | name-sign+ ([^0-9A-Z_a-z.(\x80-\U0010FFFF] [^\x00]*)?
name-sign ::= [0-9A-Z_a-z.\x80-\U0010FFFF]
"""


def tool_grammar(tools: Sequence[Tool], *, python_list: bool = False, copied_from: str | None = None) -> str:
    """The GBNF text. A call is JSON as Llama 3.2 writes it, `<|python_tag|>` before it or not.

    With `python_list` it may be a list of Python calls instead, `[f(a=1), g()]`: of the tools that Python has a name
    for. With `copied_from` the strings of a call are spans of that text, and calls are JSON. A tool that needs what the
    schema `false` describes cannot be called. Raises EngineFailed, naming the tool, for one whose arguments no grammar
    can keep.
    """
    read = [(tool, shape) for tool in tools if not isinstance(shape := arguments_of(tool), Never)]
    if not read:
        return _NO_CALL
    copied = "" if copied_from is None else "copied"
    json_rules, python_rules = ValueRules(JSON, copied), ValueRules(PYTHON)
    calls = f"{_JSON_CALL}json-named ::= {' | '.join(_json_call(tool, shape, json_rules) for tool, shape in read)}\n"
    callable_ = [(tool, shape) for tool, shape in read if python_list and not copied and _has_python_names(tool, shape)]
    if callable_:
        python = " | ".join(_python_call(tool, shape, python_rules) for tool, shape in callable_)
        calls += f"python-call ::= {python}\n"
    calls += copy_rules(copied_from, copied) if copied_from is not None else ""
    grammar = json_rules.text() + python_rules.text() + calls + (_ANSWER_OR_LIST if callable_ else _ANSWER)
    if len(grammar) > MOST_GBNF:
        raise EngineFailed("The tools take too many arguments together.", hint="Offer fewer tools at a time.")
    return grammar


def _json_call(tool: Tool, arguments: Fields, rules: ValueRules) -> str:
    name = gbnf_text(json.dumps(tool.name, ensure_ascii=False))
    return rules.add(f"{name} json-parameters {rules.value(arguments)}")


def _python_call(tool: Tool, arguments: Fields, rules: ValueRules) -> str:
    inside = rules.fields(arguments, between='" "? "=" " "?', keys=False)
    return rules.add(f'{gbnf_text(tool.name)} "(" " "? ({inside or gbnf_text("")}) " "? ")"')


def _has_python_names(tool: Tool, arguments: Fields) -> bool:
    """Whether Python reads a call of the tool as one, and its names as they are written."""
    names = [*tool.name.split("."), *(field.name for field in arguments.fields)]
    return all(
        name.isidentifier() and not keyword.iskeyword(name) and unicodedata.is_normalized("NFKC", name)
        for name in names
    )
