"""A shortened sentence: words dropped, none moved, none added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.folder_summary.shortening import is_shortened

SOURCE = "However, the deposit (950 euros) comes back within thirty days, less the cost of the cleaning."


@pytest.mark.parametrize(
    "sentence",
    [
        SOURCE,
        "The deposit comes back within thirty days.",
        "The deposit comes back within thirty days, less the cleaning.",
        "the cost of the cleaning",
    ],
)
def test_words_may_be_dropped(sentence):
    assert is_shortened(sentence, ["Another sentence.", SOURCE])


@pytest.mark.parametrize(
    "sentence",
    [
        "The deposit never comes back within thirty days.",
        "The cleaning comes back within thirty days.",
        "Deposit back thirty less cost cleaning.",
        "The deposit comes.",
        "",
    ],
)
def test_none_may_be_added_moved_or_picked_one_by_one(sentence):
    assert not is_shortened(sentence, [SOURCE])


@given(st.lists(st.sampled_from("abcd"), min_size=6, max_size=12), st.data())
def test_any_sentence_without_two_of_its_spans_is_the_same_one_shortened(words, data):
    cuts = sorted(data.draw(st.lists(st.integers(1, len(words) - 1), min_size=4, max_size=4)))
    kept = words[: cuts[0]] + words[cuts[1] : cuts[2]] + words[cuts[3] :]
    assert is_shortened(" ".join(kept), [" ".join(words)]) == (len(kept) >= 4)
