"""Content words: folding, function words, numbers, scripts without spaces, stems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.stopwords import STOPWORDS
from tools.words import content_words, fold, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The company's budgets were decided", "company decides a budget"),
        ("L'AZIENDA ha approvato i contratti", "contratto approvato azienda"),
        ("Die Verträge wurden gekündigt", "Vertragen gekundigt"),
        ("1,000 and 1.000 and 1'000", "1000 1000 1000"),
        ("२०२६", "2026"),
        ("ＡＢＣ", "abc"),
        ("Straße", "strasse"),
    ],
)
def test_forms_that_meet(one: str, other: str) -> None:
    assert set(content_words(one)) == set(content_words(other))


@pytest.mark.parametrize(
    "text",
    [
        "this is what they would have been",
        "das ist nicht mit dem",
        "ce n'est pas dans les",
        "esto no es para él",
        "questo non è della",
        "isto não é para ela",
        "यह और वह नहीं है",
    ],
)
def test_function_words_say_nothing(text: str) -> None:
    assert content_words(text) == []


def test_decimals_and_years_stay_whole() -> None:
    assert content_words("3.14 2026 v1.2") == ["3.14", "2026", "v", "1.2"]


def test_scripts_without_spaces_give_pairs() -> None:
    assert content_words("会議予算") == ["会議", "議予", "予算"]
    assert content_words("ข้าว") == ["ข้", "้า", "าว"]
    assert content_words("水") == ["水"]


def test_vowel_signs_stay_in_their_words() -> None:
    assert content_words("बैठक दिल्ली") == ["बैठक", "दिल्ली"]


def test_the_same_word_counts_each_time() -> None:
    assert content_words("rent, Rent and rents") == ["rent", "rent", "rent"]


@given(st.text(max_size=200))
def test_folding_and_case_change_nothing(text: str) -> None:
    assert content_words(fold(text)) == content_words(text)
    assert all(word and not word.isspace() for word in content_words(text))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15))
def test_a_stem_is_never_empty(word: str) -> None:
    assert len(stem(word)) >= min(len(word), 3)


def test_stopwords_leave_meaning_in_other_languages() -> None:
    assert not {"war", "son", "hat", "man", "main", "fin"} & STOPWORDS
