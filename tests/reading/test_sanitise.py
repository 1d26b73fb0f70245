from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sanitise import is_clean, sanitise

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_what_comes_out_is_clean_and_stays_as_it_is(text: str) -> None:
    clean = sanitise(text)
    assert is_clean(clean)
    assert sanitise(clean) == clean


@given(ANY_TEXT)
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    left = {character for character in sanitise(text) if unicodedata.category(character) in ("Cc", "Cs")}
    assert left <= {"\n", "\t"}
    sanitise(text).encode("utf-8")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_ascii_is_left_alone(text: str) -> None:
    assert sanitise(text) == text


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("page\x0cpage\x85next\u2028line", "page\npage\nnext\nline"),
        ("\x1b[31mred\x1b]52;c;aGk=\x07", "\ufffd[31mred\ufffd]52;c;aGk=\ufffd"),
        ("\x9b31m", "\ufffd31m"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("pass\u200bword\ufeff", "password"),
        ("Donau\u00addampf", "Donaudampf"),
        ("hi\U000e0068\U000e0069", "hi"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("not a character \uffff\U0010ffff", "not a character \ufffd\ufffd"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_examples(hostile: str, safe: str) -> None:
    assert sanitise(hostile) == safe


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष", "ක්\u200dර", "❤\ufe0f"])
def test_joiners_stay_where_a_script_spells_with_them(word: str) -> None:
    assert sanitise(word) == word


@pytest.mark.parametrize("word", ["a\u200cb", "می\u200c", "\u200cخ", "می\u200c\u200cخ"])
def test_joiners_go_everywhere_else(word: str) -> None:
    assert "\u200c" not in sanitise(word)
