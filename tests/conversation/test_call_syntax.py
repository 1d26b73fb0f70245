"""The three written forms of a call, what only looks like one, and texts made to break the reader."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conversation.call_syntax import MOST_CHARACTERS, MalformedCall, WrittenCall, written_calls

F = WrittenCall("f", {"a": 1})
TAG = "<|python_tag|>"


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('{"name": "f", "parameters": {"a": 1}}', (F,)),
        ('{"name": "f", "arguments": {"a": 1}}', (F,)),
        (f'{TAG}{{"name": "f", "parameters": {{"a": 1}}}}', (F,)),
        (f'\n {TAG} {{ "name" : "f", "parameters": {{"a": 1}} }}; {{"name": "f", "parameters": {{"a": 1}}}} ', (F, F)),
        ('{"name": "f", "parameters": {"a": "x\ny"}}', (WrittenCall("f", {"a": "x\ny"}),)),
        ("[f(a=1)]", (F,)),
        (f"{TAG}[f(a=1), f(a=1)]\n", (F, F)),
        ("[f(a=1),\n f(a=1,)]", (F, F)),
        ("[maps.route_to()]", (WrittenCall("maps.route_to", {}),)),
        (
            """[g(a='it\\'s', b="x", c=[-1, 2.5e3, (True, None)], d={'k': {"l": false}})]""",
            (WrittenCall("g", {"a": "it's", "b": "x", "c": [-1, 2500.0, [True, None]], "d": {"k": {"l": False}}}),),
        ),
        ("[g(ort='Zürich', 名='\\ud83d\\ude00\\x21')]", (WrittenCall("g", {"ort": "Zürich", "名": "😀!"}),)),
        (r"""[g(a="\d")]""", (WrittenCall("g", {"a": r"\d"}),)),
    ],
)
def test_calls_are_read(text: str, calls: tuple[WrittenCall, ...]) -> None:
    assert written_calls(text) == calls


@pytest.mark.parametrize(
    "text",
    [
        "",
        "When should it start?",
        "{this} is a set, {that} too",
        '{"temperature": 21}',
        '{"name": "Ana", "age": 31}',
        "[1] says that the deposit comes back.",
        "[x] done",
        "[see (1)]",
        "[RFC(2119)] says MUST",
        "[f] is a tool",
        "f(a=1)",
        "Call [f(a=1)] now",
        'Say {"name": "f", "parameters": {"a": 1}}',
    ],
)
def test_what_is_no_call_is_plain_text(text: str) -> None:
    assert written_calls(text, ("f",)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"na',
        '{"name": "f", "parameters": {"a": 1}',
        '{"name": "f", "parameters": {"a": 1}} and more',
        '{"name": "f", "parameters": [1]}',
        '{"name": 1, "parameters": {}}',
        '{"name": "f", "parameters": {}, "arguments": {}}',
        '{"name": "f", "parameters": {"a": 1, "a": 2}}',
        '{"name": "f", "parameters": {"a": NaN}}',
        '{"name": "f", "parameters": {"a": 1e999}}',
        '{"name": "f", "parameters": {"a": "\\ud800"}}',
        '{"name": "f", "parameters": {}}; [f(a=1)]',
        '{"name": "f", "parameters": {}} {"name": "Ana"}',
        "[f(a=1)",
        "[f(a=1)] and more",
        "[f(1)]",
        "[f(**{'a': 1})]",
        "[f(a=1, a=2)]",
        "[f(a={'b': 1, 'b': 2})]",
        "[f(a={1: 2})]",
        "[f(a={**{}})]",
        "[f(a={1, 2})]",
        "[f(a=b)]",
        "[f(a=g())]",
        "[f(a=1 + 1)]",
        "[f(a=-True)]",
        "[f(a=1j)]",
        "[f(a=b'x')]",
        "[f(a=...)]",
        "[f(a=f'{1}')]",
        "[f(a=(lambda: 1))]",
        "[f(a=[x for x in 'ab'])]",
        "[f(a=1e999)]",
        "[f(a='\\ud800')]",
        "[f(a='\0')]",
        "[f(a=1).g()]",
        "[f(a=1)(b=2)]",
        "[f(a=1), 2]",
        "[f(a=1)][0]",
        "[f(a=1)]; [f(a=1)]",
        f"{TAG}print('hello')",
        f"{TAG}[1, 2]",
        f"{TAG}",
    ],
)
def test_a_call_gone_wrong_is_said_to_be_one(text: str) -> None:
    with pytest.raises(MalformedCall):
        written_calls(text, ("f",))


def test_nothing_is_evaluated(tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    for argument in (f"open({str(mark)!r}, 'w')", f"__import__('os').mkdir({str(mark)!r})", "().__class__"):
        with pytest.raises(MalformedCall):
            written_calls(f"[f(a={argument})]", ("f",))
    assert not mark.exists()


@pytest.mark.parametrize(
    "inside",
    [
        "(" * 15_000,
        "[" * 15_000 + "]" * 15_000,
        "{'a':" * 3_000 + "1" + "}" * 3_000,
        "-" * 31_000 + "1",
        "~" * 31_000 + "1",
        "not " * 7_000 + "1",
        "x" + ".a" * 15_000,
        "x" + "()" * 15_000,
        "1+" * 15_000 + "1",
        "1**" * 10_000 + "1",
        "1 if 1 else " * 2_500 + "1",
        "lambda:" * 4_000 + "1",
        "9" * 31_000,
        "'" + "\\'" * 15_000,
        "\"'" * 15_000 + '"',
        'f"{' * 140 + "1" + '}"' * 140,
        "x" * MOST_CHARACTERS,
    ],
    ids=lambda inside: inside[:6],
)
@pytest.mark.parametrize("form", ["[f(a={})]", '{{"name": "f", "parameters": {{"a": {}}}}}'])
def test_texts_that_are_made_to_break_the_reader_are_refused_at_once(form: str, inside: str) -> None:
    start = time.perf_counter()
    with pytest.raises(MalformedCall):
        written_calls(form.format(inside), ("f",))
    assert time.perf_counter() - start < 5


PIECES = ["{", "}", "[", "]", "(", ")", '"name"', '"parameters"', '"f"', "f", ":", ",", "=", ";", "'", '"', "\\", "1"]
BEGINNINGS = ["", TAG, "{", '{"name": "f", "parameters": {', "[f(", "[f(a=", "[f(a=1), "]


@given(
    st.sampled_from(BEGINNINGS), st.lists(st.one_of(st.sampled_from([*PIECES, TAG, "\n", "-"]), st.text()), max_size=30)
)
def test_any_text_is_calls_or_words_or_refused(beginning: str, pieces: list[str]) -> None:
    try:
        calls = written_calls(beginning + "".join(pieces), ("f",))
    except MalformedCall:
        return
    assert all(isinstance(call.name, str) and isinstance(call.arguments, dict) for call in calls)
