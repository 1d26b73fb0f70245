from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tools.extraction.assembly import TextLimits, assemble
from tools.extraction.cutting import LONGEST, cut
from tools.extraction.places import Lines, at, span
from tools.extraction.sections import Reading, Section
from tools.sanitise import sanitise

WORDS = st.text(st.sampled_from("abcä ,.\n\t中。ก।e\u0301"), min_size=1, max_size=40)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=30)), max_size=150).map("".join)


def pieces(text: str, *, prose: bool = True) -> list[str]:
    ends = cut(text, prose=prose)
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@given(TEXTS, st.booleans())
def test_passages_cover_the_text_and_are_never_blank_or_long(text: str, prose: bool) -> None:
    found = pieces(text, prose=prose)
    assert "".join(found) == text
    if text.strip():
        assert all(piece.strip() for piece in found)
    blank = max((len(run) for run in found if not run.strip()), default=0)
    assert all(len(piece.strip()) <= LONGEST for piece in found) or blank or "  " in text


def test_a_passage_ends_at_a_paragraph_before_a_sentence_before_a_word() -> None:
    sentence = "This is a sentence of some forty letters. "
    assert pieces(sentence * 15 + "\n\n" + sentence * 15)[0] == sentence * 15 + "\n\n"
    assert all(piece.startswith("This is") for piece in pieces(sentence * 60))
    assert all(piece.endswith(" ") for piece in pieces("word " * 400)[:-1])
    lines = "".join(f"value_{number} = {number}\n" for number in range(300))
    assert all(piece.startswith("value_") for piece in pieces(lines, prose=False))


def test_no_stub_is_left_at_the_end() -> None:
    assert min(len(piece) for piece in pieces("word " * 185)) > 300
    assert all(300 < len(piece) <= LONGEST for piece in pieces("word " * 1013))


def test_a_letter_keeps_its_accents() -> None:
    assert not any(piece.startswith("\u0301") for piece in pieces("e\u0301" * 3000))


def test_text_without_spaces_is_cut_all_the_same() -> None:
    assert max(len(piece) for piece in pieces("x" * 100_000)) <= LONGEST


@given(TEXTS)
def test_a_text_of_one_section_stays_as_it_is(text: str) -> None:
    clean = sanitise(text)
    assembled = assemble(Reading([Section(clean, Lines(clean))]), TextLimits())
    if clean.strip():
        assert assembled.text == clean
        assert assembled.cuts[-1][0] == len(clean)
    else:
        assert assembled.cuts == []


@given(st.lists(st.text(st.sampled_from("ab \n.\x1b\u202e"), max_size=1500), max_size=6))
def test_sections_are_kept_apart_and_cuts_ascend(texts: list[str]) -> None:
    sections = [Section(text, at(f"page {number}")) for number, text in enumerate(texts, 1)]
    assembled = assemble(Reading(sections), TextLimits())
    ends = [end for end, _ in assembled.cuts]
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(assembled.text)
    filled = [f"page {number}" for number, text in enumerate(texts, 1) if sanitise(text).strip()]
    assert list(dict.fromkeys(place for _, place in assembled.cuts)) == filled
    assert sanitise(assembled.text) == assembled.text


def test_lines_name_the_lines_that_hold_the_text() -> None:
    text = "first\n\n" + "second line of the text\n" * 40 + "\n\nlast\n"
    assembled = assemble(Reading([Section(text, Lines(text), prose=False)]), TextLimits())
    start = 0
    for end, place in assembled.cuts:
        piece = assembled.text[start:end]
        first = text.count("\n", 0, start + len(piece) - len(piece.lstrip())) + 1
        last = text.count("\n", 0, start + len(piece.rstrip())) + 1
        assert place == span("line", first, last)
        start = end


def test_limits_of_size_and_time_are_noted_with_the_place_reached() -> None:
    sections = [Section("word " * 100, at(f"page {number}")) for number in range(1, 10)]
    short = assemble(Reading(sections), TextLimits(characters=1200))
    assert len(short.text) == 1200
    assert short.note == "only the first 1,200 characters were read, up to page 3"
    assert assemble(Reading(sections), TextLimits(passages=2)).note.startswith("only the first 2 passages")
    slow = assemble(Reading(sections), TextLimits(seconds=0))
    assert slow.note == "it takes long to read, so reading stopped after 0 s, up to page 1"
