"""Documents are cut so that each request fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DeskError
from app.folder_summary.planning import Unit, budget_for, chunk, group, within

SIZES = st.lists(st.integers(1, 300), max_size=60)


def units(sizes: list[int]) -> list[Unit]:
    return [Unit(index * 10, index * 10 + 10, tokens) for index, tokens in enumerate(sizes)]


@given(SIZES, st.integers(1, 500))
def test_chunks_hold_every_unit_once_in_order_and_fit(sizes, budget):
    every = units(sizes)
    chunks = chunk(every, budget)
    assert [unit for part in chunks for unit in part] == every
    assert all(part for part in chunks)
    assert all(sum(unit.tokens for unit in part) <= budget or len(part) == 1 for part in chunks)


def test_chunks_are_about_equal():
    sizes = [sum(unit.tokens for unit in part) for part in chunk(units([10] * 22), 200)]
    assert sizes == [110, 110]


@given(SIZES, st.integers(1, 500))
def test_groups_cover_every_part_and_always_shrink(sizes, budget):
    runs = group(sizes, budget)
    assert [index for run in runs for index in run] == list(range(len(sizes)))
    if len(sizes) > 1:
        assert len(runs) < len(sizes)


@given(st.integers(150, 131072), st.integers(20, 400))
def test_a_budget_fits_the_context_or_is_refused(n_ctx, overhead):
    try:
        budget = budget_for(n_ctx, overhead)
    except DeskError as error:
        assert "too small" in error.message
        return
    assert overhead + budget.input + budget.answer <= n_ctx
    assert budget.input >= 2 * budget.answer


def test_a_context_without_room_is_refused():
    with pytest.raises(DeskError, match="128 tokens is too small"):
        budget_for(128, 100)


def test_within_takes_the_first_that_fit_and_at_least_one():
    assert [unit.tokens for unit in within(units([50, 60, 70]), 115)] == [50, 60]
    assert [unit.tokens for unit in within(units([500, 1]), 100)] == [500]
