"""Sentence spans: the rules of each script and layout, and what holds for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sentences import LONGEST_SENTENCE, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        ("Dr. Ana Ruiz met Mr. J. R. Jones. They left.", ["Dr. Ana Ruiz met Mr. J. R. Jones.", "They left."]),
        ("It took 5 ms. Then it stopped.", ["It took 5 ms.", "Then it stopped."]),
        ("It costs 3.50 per piece. Ask.", ["It costs 3.50 per piece.", "Ask."]),
        ("See No. 5 and Fig. 3. I said no. He left.", ["See No. 5 and Fig. 3.", "I said no.", "He left."]),
        ("On Nov. 27 at 5 p.m. we meet.", ["On Nov. 27 at 5 p.m. we meet."]),
        ("The U.S. Army is in the U.S. She stays.", ["The U.S. Army is in the U.S.", "She stays."]),
        ("Tea, milk, etc. The rest is here.", ["Tea, milk, etc.", "The rest is here."]),
        ('"Stop!" he said. "Why?" She left.', ['"Stop!" he said.', '"Why?"', "She left."]),
        ("Well... perhaps. No.", ["Well... perhaps.", "No."]),
        ("It is so.[12] It stays.", ["It is so.[12]", "It stays."]),
        ("Am 3. Mai kam er z. B. nach Bonn. Sie blieb.", ["Am 3. Mai kam er z. B. nach Bonn.", "Sie blieb."]),
        ("यह एक वाक्य है। यह दूसरा है॥", ["यह एक वाक्य है।", "यह दूसरा है॥"]),
        ("今日は会議です。「予算」を話す！次。", ["今日は会議です。", "「予算」を話す！", "次。"]),
        ("ห้องประชุมเปิดเวลาเก้าโมงเช้าทุกวันจันทร์ กรุณามาให้ตรงเวลา", ["ห้องประชุมเปิดเวลาเก้าโมงเช้าทุกวันจันทร์", "กรุณามาให้ตรงเวลา"]),
    ],
)
def test_punctuation(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title\nText under it.", ["# Title", "Text under it."]),
        ("Introduction\nThis is the text.", ["Introduction", "This is the text."]),
        ("- one\n- two. Three.\n2. four", ["- one", "- two.", "Three.", "2. four"]),
        ("no end\n\nNew paragraph", ["no end", "New paragraph"]),
        ("no end\n \t\nNew paragraph", ["no end", "New paragraph"]),
        ("Ana: I agree\nBen: So do I", ["Ana: I agree", "Ben: So do I"]),
        ("| a | b |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("name\tage\nAna\t31", ["name\tage", "Ana\t31"]),
    ],
)
def test_layout(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_wrapped_paragraph_is_joined() -> None:
    text = "The tenant pays the rent on the first day of each month and the\nLandlord confirms it. Then\nit is done."
    assert sentences(text) == [
        "The tenant pays the rent on the first day of each month and the\nLandlord confirms it.",
        "Then\nit is done.",
    ]


def test_a_sentence_without_end_is_cut_at_words() -> None:
    text = "word " * 1000
    parts = sentences(text)
    assert all(len(part) <= LONGEST_SENTENCE for part in parts)
    assert " ".join(parts) == text.strip()


texts = st.text(alphabet=st.sampled_from(list("aB1. .!?\n\t\"'([-#|:।。กข่ é…")), max_size=300) | st.text(max_size=200)


@given(texts)
def test_spans_hold_all_that_is_not_space(text: str) -> None:
    end_before = 0
    for start, end in split_sentences(text):
        assert end_before <= start < end
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert not text[end_before:start].strip()
        end_before = end
    assert not text[end_before:].strip()


@pytest.mark.parametrize("unit", ["a", " ", "x. ", "a\n", "。", "1. ", "| ", '."', "ก ", "\n", "A. "])
def test_time_grows_with_the_length_alone(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    split_sentences(text)
    assert time.process_time() - begin < 3
