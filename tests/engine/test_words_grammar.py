"""An answer out of another text's words: what is copied or dropped may be written, what is made up may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engine import native
from runtime.engine.grammar import Grammar
from runtime.engine.model import Model
from runtime.engine.words_grammar import words_grammar
from tests.engine.engine_process import engine_process, text_of

SOURCE = 'However, the deposit (950 €, "net") comes back within 30 days; the tenant\'s e-mail is a@b.example.'
MARKS = "".join(sign for sign in map(chr, range(0x110000)) if unicodedata.category(sign).startswith("M"))


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    native.start()
    with Model(tiny_model) as loaded:
        yield loaded


def is_allowed(model: Model, source: str, text: str) -> bool:
    """Whether the whole of `text`, and then the end, may be written with the words of `source`."""
    gbnf = words_grammar(source)
    assert gbnf is not None
    grammar = Grammar(model, gbnf)
    try:
        for token in model.tokenize(text):
            grammar.accept(token)
        return grammar.allows(model.tokenize("<|eot_id|>", special=True)[0])
    except ValueError:
        return False
    finally:
        grammar.close()


@pytest.mark.parametrize(
    "text",
    [
        "The deposit comes back within 30 days.",
        "the tenant's e-mail is a@b.example",
        '"net" deposit: 950!',
        "Days, days, days.",
    ],
)
def test_words_of_the_source_may_be_written(model: Model, text: str) -> None:
    assert is_allowed(model, SOURCE, text)


@pytest.mark.parametrize(
    "text", ["The deposits come back.", "The deposit comes back within 31 days.", "depositcomes", "Depo", "deposit 95"]
)
def test_made_up_words_may_not(model: Model, text: str) -> None:
    assert not is_allowed(model, SOURCE, text)


@pytest.mark.parametrize(
    "source", ["Class message/* types [all] ^2 \\ here", "मकान की चाबी दी", "ค่าเช่าที่ บ้านนี้", "c’est ≠ 3"]
)
def test_a_text_may_be_copied_whole(model: Model, source: str) -> None:
    assert is_allowed(model, source, source)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_source_makes_a_grammar_that_takes_its_first_word(model: Model, source: str) -> None:
    words = [word + marks for word, marks in re.findall(rf"(\w(?:[^\s\x00-\x1f]*\w)?)([{MARKS}]*)", source)]
    if not words:
        assert words_grammar(source) is None
    else:
        assert is_allowed(model, source, words[0])


def test_a_model_without_sense_writes_only_words_of_the_source(tiny_model: Path, tmp_path: Path) -> None:
    with engine_process(tmp_path) as engine:
        engine.load(tiny_model)
        text = text_of(engine.generate(prompt="The landlord", max_tokens=60, words_of=SOURCE))
    known = set(re.findall(r"\w+", SOURCE.lower()))
    written = re.findall(r"\w+", text.lower())
    assert len(written) > 3
    assert set(written[:-1]) <= known
