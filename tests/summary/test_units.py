"""The parts of a document that are sent to the model."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.folder_summary.units import measure
from tools.passages import Document, Passage


async def characters(texts):
    """A tokeniser with one token for each character."""
    return [len(text) for text in texts]


def document(*texts: str) -> Document:
    passages, start = [], 0
    for ordinal, text in enumerate(texts):
        passages.append(Passage(ordinal, f"page {ordinal + 1}", start, start + len(text), text))
        start += len(text)
    return Document("0" * 64, "txt", "Title", tuple(passages))


async def test_a_passage_that_fits_is_one_unit():
    found = await measure(document("The first page. ", "The second page."), 100, characters)
    assert [(unit.start, unit.end, unit.tokens) for unit in found] == [(0, 16, 16), (16, 32, 16)]


async def test_a_long_passage_is_cut_where_a_sentence_ends():
    found = await measure(document("The deposit comes back. The cleaning is paid by the tenant."), 40, characters)
    assert [unit.end for unit in found] == [24, 59]


async def test_what_stood_in_the_document_before_is_left_out():
    found = await measure(
        document("Confidential \n", "Rent is 900.", "CONFIDENTIAL\n", "Deposit is 1800."), 100, characters
    )
    assert [unit.start for unit in found] == [0, 14, 39]


@given(st.lists(st.text(min_size=1, max_size=200), max_size=8), st.integers(1, 60))
async def test_units_fit_are_in_order_and_leave_out_only_repeats(texts, limit):
    source = document(*texts)
    found = await measure(source, limit, characters)
    assert all(unit.end - unit.start == unit.tokens <= limit for unit in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    sent = {" ".join(text.casefold().split()) for text in texts}
    assert bool(found) == any(sent)
