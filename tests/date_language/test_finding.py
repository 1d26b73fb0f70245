"""Times among other words: whatever the tables of phrases hold is found where it stands in a request."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.date_language.test_phrases import rows
from tools.date_language import Dates
from tools.date_language.finding import aligned
from tools.date_language.text import normalised

NOW = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin"))
AROUND = {"th": ("กขค", "คขก"), "hi": ("कख", "खक")}
"""Words of no meaning in any language before and after."""


def dates(code: str) -> Dates:
    return Dates(lambda: NOW, (code,))


def among_words(code: str, phrase: str) -> str:
    before, after = AROUND.get(code, ("xyzzy", "qwrtz"))
    return f"{before} {phrase} {after}"


@pytest.mark.parametrize(("code", "phrase", "_"), [*rows("start"), *rows("asked")])
def test_a_start_is_found_among_other_words(code, phrase, _):
    assert phrase.rstrip("!") in dates(code).starts_in(among_words(code, phrase))


@pytest.mark.parametrize(("code", "phrase", "_"), rows("span"))
def test_a_span_is_found_among_other_words(code, phrase, _):
    assert phrase in dates(code).spans_in(among_words(code, phrase))


@pytest.mark.parametrize(("code", "phrase", "_"), rows("duration"))
def test_a_duration_is_found_among_other_words(code, phrase, _):
    assert phrase in dates(code).durations_in(among_words(code, phrase))


@pytest.mark.parametrize(("code", "phrase", "_"), rows("repeats"))
def test_a_repetition_is_found_among_other_words(code, phrase, _):
    assert phrase in dates(code).repeats_in(among_words(code, phrase))


def test_an_end_is_found_beside_its_start():
    assert "5pm" in dates("en").ends_in("from 3pm until 5pm")


@pytest.mark.parametrize(
    ("code", "text", "numbers"),
    [
        ("en", "the 12 newest mails", (12,)),
        ("en", "the last twenty-one mails of two people", (21, 2)),
        ("de", "die letzten zwölf Mails", (12,)),
        ("hi", "पिछले बारह संदेश", (12,)),
        ("th", "อีเมล 6 ฉบับล่าสุด", (6,)),
        ("th", "ขอดูสิบสองข้อความล่าสุด", (12,)),
        ("th", "สรุปยี่สิบเอ็ดฉบับ", (21,)),
    ],
)
def test_numbers_are_found_whole_in_digits_and_in_words(code, text, numbers):
    assert dates(code).numbers_in(text) == numbers


def test_a_language_that_is_not_the_users_is_understood():
    assert dates("en").starts_in("Zahnarzt übermorgen um 15 Uhr eintragen") == ("übermorgen um 15 Uhr",)


@given(st.text(max_size=40))
def test_the_aligned_text_points_into_the_text_it_was_made_of(text):
    clean, places = aligned(text)
    assert len(clean) == len(places)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@given(st.text("abé 3,5p.m Ü", max_size=30).filter(lambda text: ".," not in text))
def test_the_aligned_text_is_read_as_the_text_itself(text):
    clean, _ = aligned(text)
    assert normalised(clean) == normalised(text)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Add lunch at 4pm. It takes an hour", ("at 4pm", "4pm")),
        ("Can it be moved to 4 p.m.?", ("4 p.m", "4 p.m.")),
        ("Add tea at 12:10, please", ("at 12:10", "12:10")),
        ("Tea tomorrow!", ("tomorrow",)),
    ],
)
def test_a_time_has_no_mark_of_its_sentence(said, found):
    assert dates("en").starts_in(said) == found


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_looked_through(text):
    for found in dates("en").starts_in(text):
        assert found
