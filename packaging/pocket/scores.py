"""The evaluation set, held out by phrasing, name and word, and how answers to it are scored.

It knows nothing of what answers: the training framework and the engine are given the same cases.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import tool_names
from calls import Request, request, written
from documents import Documents
from examples import Conversation, Turn
from phrasings import LANGUAGES, Language, load_language
from results import Results
from slots import Slots
from threads import ASK_FOR_ITEMS, thread

SEED = 20_260


@dataclass(frozen=True)
class Case:
    """What is asked, and the answer that counts as right.

    `source` is the text that a summary may take words of; `lacks` is the tool that is asked for without a value that it
    needs, and that value's name: a call of that tool without it is what the program asks back about.
    """

    task: str
    conversation: Conversation
    expected: str
    source: str = ""
    lacks: tuple[str, str] = ("", "")


def cases(count: int = 300, *, held: bool = True, seed: int = SEED) -> list[Case]:
    """`count` cases of each English task, and a third of that for each other language, always the same."""
    made: list[Case] = []
    for code in LANGUAGES:
        language, random = load_language(code), Random(f"{seed} {code}")
        size = count if code == "en" else max(1, count // 3)
        made += [_call(language, random, held, number) for number in range(size)]
        made += [_plain(language, random, held) for _ in range(size)]
        made += [_missing(language, random, held) for _ in range(size)]
        made += [_result(language, random, held) for _ in range(size)]
        if code == "en":
            made += [_items(language, random, held) for _ in range(size)]
            made += [_summary(language, random, held) for _ in range(size)]
    return made


def score(made: Sequence[Case], answers: Sequence[str]) -> dict[str, float]:
    """The share of right answers for each task, 0 to 1; F1 for action items."""
    by_task: dict[str, list[tuple[Case, str]]] = {}
    for case, answer in zip(made, answers, strict=True):
        by_task.setdefault(case.task, []).append((case, answer.strip()))
    return {task: _SCORERS[task.split(".")[0]](pairs) for task, pairs in by_task.items()}


def is_right(case: Case, answer: str) -> bool:
    """Whether one answer is right."""
    return _SCORERS[case.task.split(".")[0]]([(case, answer.strip())]) == 1.0


def _call(language: Language, random: Random, held: bool, number: int) -> Case:
    asked = request(language, random, held=held, tool=tool_names.NAMES[number % len(tool_names.NAMES)])
    return _tool_case("call", language, (Turn("user", asked.text),), asked.call)


def _plain(language: Language, random: Random, held: bool) -> Case:
    entry = random.choice(language.plain)
    text, _ = written(entry.lines.pick(random, held), Slots(language, random, held=held), random)
    return _tool_case("plain", language, (Turn("user", text),), entry.reply)


def _missing(language: Language, random: Random, held: bool) -> Case:
    entry = random.choice(language.missing)
    text, _ = written(entry.lines.pick(random, held), Slots(language, random, held=held), random)
    case = _tool_case("missing", language, (Turn("user", text),), entry.ask)
    return replace(case, lacks=(entry.tool, entry.argument))


def _result(language: Language, random: Random, held: bool) -> Case:
    asked: Request = request(language, random, held=held)
    result = Results(language, random, held=held).after(asked)
    turns = (Turn("user", asked.text), Turn("assistant", asked.call), Turn("ipython", result.json))
    return _tool_case("result", language, turns, result.text)


def _tool_case(task: str, language: Language, turns: tuple[Turn, ...], expected: str) -> Case:
    return Case(f"{task}.{language.code}", Conversation(turns, tool_names.NAMES), expected)


def _items(language: Language, random: Random, held: bool) -> Case:
    made = thread(language, random, held=held, length=1)
    return Case("items", Conversation((Turn("user", f"{ASK_FOR_ITEMS}\n\n{made.text}"),)), made.json)


def _summary(language: Language, random: Random, held: bool) -> Case:
    asked, answer = Documents(language, random, held=held).summary()
    return Case("summary", Conversation((Turn("user", asked),)), answer, asked.split("\n\n")[1])


def messages(case: Case) -> list[str]:
    """The messages of a case of action items: who, and what was said."""
    return [line.partition("] ")[2] for line in case.conversation.turns[0].text.split("\n")[2:]]


def _exact(pairs: list[tuple[Case, str]]) -> float:
    return sum(case.expected == answer for case, answer in pairs) / len(pairs)


def _asks(pairs: list[tuple[Case, str]]) -> float:
    return sum(case.expected == answer or _lacking(answer) == case.lacks for case, answer in pairs) / len(pairs)


def _lacking(answer: str) -> tuple[str, str]:
    """The tool of a call and the first value that it needs and is not in the call."""
    call = _parsed(answer)
    tool = call.get("name", "") if isinstance(call, dict) else ""
    absent = (name for name in tool_names.REQUIRED.get(tool, ()) if name not in call.get("parameters", {}))
    return tool, next(absent, "")


def _same_call(pairs: list[tuple[Case, str]]) -> float:
    return sum(_parsed(case.expected) == _parsed(answer) for case, answer in pairs) / len(pairs)


def _no_tool(pairs: list[tuple[Case, str]]) -> float:
    """The share that calls no tool, whatever the words are."""
    return sum(bool(answer) and not answer.startswith("{") for _, answer in pairs) / len(pairs)


def _items_f1(pairs: list[tuple[Case, str]]) -> float:
    """F1 over all items: one counts when what, who, by when and the message are all right."""
    right = found = wanted = 0
    for case, answer in pairs:
        expected, given = _item_counts(case.expected), _item_counts(answer)
        right += (expected & given).total()
        found, wanted = found + given.total(), wanted + expected.total()
    return 2 * right / (found + wanted) if found + wanted else 1.0


def _item_counts(text: str) -> Counter[str]:
    parsed = _parsed(text)
    items = parsed.get("items", []) if isinstance(parsed, dict) else []
    return Counter(json.dumps(item, sort_keys=True) for item in items) if isinstance(items, list) else Counter()


def _compressed(pairs: list[tuple[Case, str]]) -> float:
    """The share that says something, is shorter than its source and takes every word from it."""
    return sum(_is_compressed(case.source, answer) for case, answer in pairs) / len(pairs)


def _is_compressed(source: str, answer: str) -> bool:
    words = set(_words(source))
    return bool(answer) and len(answer) < len(source) and all(word in words for word in _words(answer))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


_SCORERS: dict[str, Callable[[list[tuple[Case, str]]], float]] = {
    "call": _same_call,
    "plain": _no_tool,
    "missing": _asks,
    "result": _exact,
    "items": _items_f1,
    "summary": _compressed,
}
