"""The thesaurus: which words it finds in a phrasing, and what it leaves alone."""

from __future__ import annotations

from random import Random

import pytest
from calls import wording
from phrasings import LANGUAGES, variants
from synonyms import Thesaurus

ENGLISH = Thesaurus.of(
    [
        {"tools": ["cancel"], "words": ["cancel", "call off", "get rid of"]},
        {"tools": ["cancel", "list"], "words": ["calendar", "diary"]},
    ],
    spaced=True,
)


def said(phrasing: str, tool: str, thesaurus: Thesaurus = ENGLISH) -> set[str]:
    random = Random(1)
    return {thesaurus.varied(phrasing, tool, 1.0, random) for _ in range(200)}


def test_every_word_of_a_set_may_stand_for_another():
    assert said("Cancel {event}", "cancel") == {"Cancel {event}", "Call off {event}", "Get rid of {event}"}


def test_words_of_several_words_are_found():
    assert said("please get rid of my diary", "cancel") == {
        f"please {verb} my {noun}" for verb in ("cancel", "call off", "get rid of") for noun in ("calendar", "diary")
    }


def test_a_set_is_for_its_tools_alone():
    assert said("cancel it in my diary", "list") == {"cancel it in my diary", "cancel it in my calendar"}
    assert said("cancel it in my diary", "other") == {"cancel it in my diary"}


def test_neither_slots_nor_parts_of_words_are_replaced():
    for phrasing in ("{cancel}{+calendar} cancellation", "cancel-free calendars"):
        assert said(phrasing, "cancel") == {phrasing}


def test_a_language_without_spaces_is_searched_letter_by_letter():
    thai = Thesaurus.of([{"tools": ["cancel"], "words": ["ยกเลิก", "ลบ"]}], spaced=False)
    assert said("ช่วยยกเลิก{event}ที", "cancel", thai) == {"ช่วยยกเลิก{event}ที", "ช่วยลบ{event}ที"}


def test_nothing_is_replaced_by_chance_zero():
    assert ENGLISH.varied("cancel the diary", "cancel", 0.0, Random(1)) == "cancel the diary"


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_synonym_says_what_is_held_back(languages, code):
    language, random = languages[code], Random(code)
    for tool, lines in language.tools.items():
        held = {text for phrasing in lines.held for text in variants(phrasing)}
        for _ in range(200):
            assert wording(language, lines, tool, random, held=False) not in held


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_set_is_for_tools_that_there_are(languages, code):
    assert set(languages[code].thesaurus.sets) <= set(languages[code].tools)
