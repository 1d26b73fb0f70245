"""Whether the tools of a public benchmark can be called here: a grammar for each, its answers in every written form.

    uv run python packaging/benchmarks/function_calling.py BFCL_FOLDER [--model GGUF] [--templates FOLDER] [--sample N]

BFCL_FOLDER has the files of the Berkeley Function-Calling Leaderboard, version 4, as published. For every question the
grammar of its tools has to take the reference answers as JSON and as a Python list, each with and without
`<|python_tag|>`, and to refuse at least ten texts made wrong from each; the parser has to give the answers back and to
find no valid call in the wrong ones. Prints counts; the exit code is 1 when anything failed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.conversation.call_syntax import MalformedCall, WrittenCall, written_calls
from runtime.engine import native
from runtime.engine.grammar import Grammar
from runtime.engine.model import Model
from runtime.engine.tool_grammar import tool_grammar
from runtime.pocket import POCKET_MODEL
from runtime.protocol import Tool, Turn
from runtime.templates import ChatTemplate

SETS = ("simple_python", "multiple", "parallel")
FORMS = ("json", "python", "marked json", "marked python")
FEWEST_WRONG = 10
TAG = "<|python_tag|>"
KINDS = {
    **{"dict": dict, "object": dict, "array": list, "tuple": list, "string": str, "boolean": bool},
    **{"integer": int, "float": (int, float), "number": (int, float), "any": object, "null": type(None)},
}


@dataclass(frozen=True)
class Question:
    """Tools, and the calls that answer it: each variant is one way to answer."""

    name: str
    tools: tuple[Tool, ...]
    variants: tuple[tuple[WrittenCall, ...], ...]


@dataclass
class Counts:
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def check(self, what: str, good: bool, case: str) -> None:
        self.done[what] += 1
        if not good:
            self.failures.append(f"{what}: {case}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, default=POCKET_MODEL, help="whose vocabulary the texts are written in")
    parser.add_argument("--templates", type=Path, help="a folder of Llama chat templates to show the tools to")
    parser.add_argument("--sample", type=int, help="only so many questions, the same ones each time")
    arguments = parser.parse_args()
    counts = Counts()
    asked = questions(arguments.folder)
    if arguments.sample:
        asked = random.Random(0).sample(asked, arguments.sample)
    native.start()
    with Model(arguments.model) as model:
        for question in asked:
            check_question(model, question, counts)
    if arguments.templates:
        check_rendering(sorted(arguments.templates.glob("meta-llama-*.jinja")), asked, counts)
    for what, count in counts.done.items():
        print(f"{what:40} {count:8}")
    print(*counts.failures[:50], sep="\n")
    print(f"{len(counts.failures)} failures")
    return int(bool(counts.failures))


# What is asked


def questions(folder: Path) -> list[Question]:
    """All questions, and pairs of those with several tools as questions with several tools and several answers."""
    found: list[Question] = []
    for name in SETS:
        answers = {line["id"]: line["ground_truth"] for line in _lines(folder / f"possible_answer/BFCL_v4_{name}.json")}
        found += [_question(line, answers[line["id"]]) for line in _lines(folder / f"BFCL_v4_{name}.json")]
    several = [question for question in found if len(question.tools) > 1]
    return found + [_both(*pair) for pair in zip(several[::2], several[1::2], strict=False)]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _question(line: dict[str, Any], answer: list[dict[str, Any]]) -> Question:
    tools = {one["name"]: Tool.model_validate(one) for one in line["function"]}
    calls = [next(iter(call.items())) for call in answer]
    values = [_values(tools[name].parameters, arguments) for name, arguments in calls]
    most = max(len(each) for call in values for each in [[0], *call.values()])
    variants = {
        json.dumps(picked): picked
        for turn in range(most)
        for picked in [[{key: each[turn % len(each)] for key, each in call.items()} for call in values]]
    }
    written = [
        tuple(WrittenCall(name, arguments) for (name, _), arguments in zip(calls, picked, strict=True))
        for picked in variants.values()
    ]
    return Question(line["id"], tuple(tools.values()), tuple(written))


def _values(schema: dict[str, Any], arguments: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The values of each argument that its own schema has room for; an empty text says that it may be left out."""
    chosen = {
        key: [value for value in map(_first, values) if value != "" and fits(schema["properties"][key], value)]
        for key, values in arguments.items()
    }
    return {key: values for key, values in chosen.items() if values}


def _first(value: Any) -> Any:
    """A value of an object lists alternatives; the first stands for all."""
    if isinstance(value, dict):
        return {key: _first(one[0] if isinstance(one, list) else one) for key, one in value.items() if one != [""]}
    return [_first(one) for one in value] if isinstance(value, list) else value


def _both(one: Question, other: Question) -> Question:
    tools = {tool.name: tool for tool in (*other.tools, *one.tools)}
    calls = one.variants[0] + tuple(call for call in other.variants[0] if tools[call.name] in other.tools)
    return Question(f"{one.name}+{other.name}", tuple(tools.values()), (calls,))


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Whether a value is what the schema asks for, by a reading of the benchmark's dialect that is only this one's."""
    named = schema.get("type", "any")
    if isinstance(named, list):
        return any(fits({**schema, "type": one}, value) for one in named)
    kind = KINDS[named]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, list):
        return all(fits(schema.get("items", {}), item) for item in value)
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        needed = [name for name in schema.get("required", ()) if name in known]
        return set(needed) <= set(value) <= set(known) and all(fits(known[key], one) for key, one in value.items())
    return True


# How it is written


def write(calls: Sequence[WrittenCall], form: str) -> str:
    if "json" in form:
        return _marked(form, "; ".join(map(json_call, calls)))
    return _marked(form, f"[{', '.join(map(python_call, calls))}]")


def json_call(call: WrittenCall) -> str:
    return json.dumps({"name": call.name, "parameters": call.arguments}, ensure_ascii=False)


def python_call(call: WrittenCall) -> str:
    return f"{call.name}({', '.join(f'{key}={value!r}' for key, value in call.arguments.items())})"


def _marked(form: str, text: str) -> str:
    return TAG + text if form.startswith("marked") else text


# How it goes wrong


def wrong_texts(tools: Sequence[Tool], calls: Sequence[WrittenCall], form: str) -> dict[str, str]:
    """Texts that are no valid answer any more, by what was done to them."""
    texts = {what: write([*calls[:-1], call], form) for what, call in _wrong_calls(tools, calls[-1]).items()}
    text, call = write(calls, form), calls[-1]
    texts |= {"unclosed": text[:-1], "closed twice": text + text[-1], "words after it": f"{text} and more"}
    texts |= {
        "code after it": f"{text}; import os",
        "cut in the middle": text[: text.rindex(call.name) + len(call.name) + 1],
    }
    head = text[: len(text) - len(json_call(call) if "json" in form else python_call(call) + "]")]
    return texts | {what: head + wrong for what, wrong in (_wrong_json if "json" in form else _wrong_python)(call)}


def _wrong_calls(tools: Sequence[Tool], call: WrittenCall) -> dict[str, WrittenCall]:
    schema = next(tool for tool in tools if tool.name == call.name).parameters
    wrong = {
        "another name": WrittenCall(f"{call.name}_x", call.arguments),
        "part of the name": WrittenCall(call.name[:-1], call.arguments),
        "an argument more": WrittenCall(call.name, {**call.arguments, "zzz_more": 1}),
    }
    if call.name[:-1] in {tool.name for tool in tools}:
        del wrong["part of the name"]
    for name in schema.get("required", ()):
        if name in call.arguments:
            without = {key: value for key, value in call.arguments.items() if key != name}
            wrong[f"without {name}"] = WrittenCall(call.name, without)
    for name in call.arguments:
        for value in ({"zzz": [None]}, "~none of them~", 7.25, True):
            if not fits(schema["properties"][name], value):
                wrong[f"{name} as {value}"] = WrittenCall(call.name, {**call.arguments, name: value})
    return wrong


def _wrong_json(call: WrittenCall) -> Iterator[tuple[str, str]]:
    text = json_call(call)
    inside = json.dumps(call.arguments, ensure_ascii=False)
    yield "misnamed parameters", text.replace('"parameters"', '"parameter"')
    yield "parameters in a list", text.replace(inside, f"[{inside}]")
    yield "parameters as text", text.replace(inside, json.dumps(inside))
    yield "without a name", text.replace(f'"name": "{call.name}", ', "")
    yield "single quotes", text.replace('"name"', "'name'")
    yield "a tool that is not there", text + '; {"name": "no_such_tool", "parameters": {}}'
    if call.arguments:
        key = next(iter(call.arguments))
        yield "a bare word", text.replace(inside, json.dumps({**call.arguments, key: "@"}).replace('"@"', "word"))
        yield "an argument twice", text.replace("{" + inside[1:], "{" + inside[1:-1] + ", " + inside[1:])


def _wrong_python(call: WrittenCall) -> Iterator[tuple[str, str]]:
    text = python_call(call) + "]"
    head, inside = f"{call.name}(", text[len(call.name) + 1 : -2]
    rest = f", {inside}" if inside else ""
    yield "an argument without a name", f"{head}1{rest})]"
    yield "a dictionary unpacked", f"{head}**{call.arguments!r})]"
    yield "a call of the answer", text[:-1] + ".run()]"
    yield "a tool that is not there", text[:-1] + ", no_such_tool()]"
    yield "a sum of calls", text[:-1] + f" + {text}"
    if call.arguments:
        key, value = next(iter(call.arguments.items()))
        yield "an argument computed", text.replace(f"{key}={value!r}", f"{key}=open('x').read()")
        yield "an argument twice", f"{head}{inside}, {key}={value!r})]"
        yield "a formatted text", text.replace(f"{key}={value!r}", f"{key}=f'{{1}}'")


# Checks


def check_question(model: Model, question: Question, counts: Counts) -> None:
    for tool in question.tools:
        accepts(model, tool_grammar((tool,), python_list=True), "Hello")
        counts.check("tools with a grammar", True, tool.name)
    gbnf = tool_grammar(question.tools, python_list=True)
    for calls in question.variants:
        for form in FORMS:
            text = write(calls, form)
            case = f"{question.name}: {text}"
            counts.check(f"taken as {form}", accepts(model, gbnf, text), case)
            counts.check(f"read back from {form}", written_calls(text) == calls, case)
    for form in FORMS:
        wrong = wrong_texts(question.tools, question.variants[0], form)
        counts.check(f"{FEWEST_WRONG} wrong texts or more", len(wrong) >= FEWEST_WRONG, question.name)
        for what, text in wrong.items():
            case = f"{question.name}: {what}: {text}"
            counts.check(f"refused as {form}", not accepts(model, gbnf, text), case)
            counts.check("no valid calls in a wrong text", not has_valid_calls(question.tools, text), case)


def accepts(model: Model, gbnf: str, text: str) -> bool:
    """Whether the whole of `text`, and then the end, may be written."""
    grammar = Grammar(model, gbnf)
    try:
        for token in model.tokenize(text, special=True):
            grammar.accept(token)
        return grammar.allows(model.tokenize("<|eot_id|>", special=True)[0])
    except ValueError:
        return False
    finally:
        grammar.close()


def has_valid_calls(tools: Sequence[Tool], text: str) -> bool:
    known = {tool.name: tool for tool in tools}
    try:
        calls = written_calls(text, known)
    except MalformedCall:
        return False
    return bool(calls) and all(
        call.name in known and fits(known[call.name].parameters, call.arguments) for call in calls
    )


def check_rendering(templates: Sequence[Path], asked: Sequence[Question], counts: Counts) -> None:
    user = Turn(role="user", content="What now?")
    for path in templates:
        template = ChatTemplate(path.read_text(encoding="utf-8"), bos="<|begin_of_text|>", eos="<|eot_id|>")
        for question in asked:
            text = template.render((user,), question.tools).text
            told = [json.dumps(name) for tool in question.tools for name in (tool.name, *tool.parameters["properties"])]
            counts.check("questions shown by templates", all(one in text for one in told), question.name)


if __name__ == "__main__":
    sys.exit(main())
