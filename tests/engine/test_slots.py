"""Which part of a prompt is known already: chunks, slots, snapshots, and the memory they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.engine.memory import fit
from runtime.engine.prompts import Prompt
from runtime.engine.slots import Slots, cut_into_chunks, shared_chunks
from runtime.engine.snapshots import Snapshots

A, B, C, D = (1, 2), (3, 4), (5,), (6, 7)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(0, 60), st.integers(1, 20))
def test_chunks_are_the_prompt_cut_at_the_instruction(tokens: list[int], instruction: int, size: int) -> None:
    instruction = min(instruction, len(tokens))
    chunks = cut_into_chunks(Prompt(tuple(tokens), instruction), size)
    assert [token for chunk in chunks for token in chunk] == tokens
    assert all(0 < len(chunk) <= size for chunk in chunks)
    ends = {sum(map(len, chunks[:count])) for count in range(len(chunks) + 1)}
    assert instruction in ends


def test_the_last_chunk_is_always_decoded() -> None:
    assert shared_chunks([A, B], [A, B]) == 1
    assert shared_chunks([A, B, C], [A, B, D]) == 2
    assert shared_chunks([], [A]) == 0


def test_what_other_adapters_made_is_not_shared() -> None:
    slots = Slots(2)
    first, second = slots.take([A, B, C]), slots.take([A, B, C])
    first.chunks, first.adapters = [A, B, C], ((1, 1.0),)
    second.chunks = [A]
    slots.give_back(first, foreground=False)
    slots.give_back(second, foreground=False)
    assert slots.take([A, B, C]) is second
    slots.give_back(second, foreground=False)
    assert slots.take([A, B, C], ((1, 1.0),)) is first
    assert [first.shares([A, B, C], key) for key in ((), ((1, 0.5),), ((1, 1.0),))] == [0, 0, 2]


def test_the_slot_that_holds_most_is_taken() -> None:
    slots = Slots(3)
    first, second = slots.take([A, B, C]), slots.take([A, D])
    first.chunks, second.chunks = [A, B, C], [A, D]
    slots.give_back(first, foreground=True)
    slots.give_back(second, foreground=True)
    assert slots.take([A, B, D]) is first
    assert slots.take([A, D, C]) is second


def test_a_conversation_is_spared_when_a_copy_serves_as_well() -> None:
    slots = Slots(2)
    chat = slots.take([A, B, C])
    chat.chunks = [A, B, C]
    slots.give_back(chat, foreground=True)
    assert slots.take([A, D], elsewhere=1) is not chat
    with pytest.raises(LookupError):
        slots.take([A])
        slots.take([A])


def test_snapshots_give_the_longest_prefix_and_forget_the_oldest() -> None:
    snapshots = Snapshots(max_bytes=10)
    snapshots.keep((A,), b"xxxx")
    snapshots.keep((A, B), b"yyyy")
    assert snapshots.longest([A, B, C]) == ((A, B), b"yyyy")
    assert snapshots.longest([A, B]) == ((A,), b"xxxx")
    assert snapshots.longest([D]) is None
    assert snapshots.longest([A, B, C], ((1, 0.5),)) is None
    assert not snapshots.has((A,), ((1, 0.5),))
    snapshots.keep((D,), b"zzzz")
    assert not snapshots.has((A, B))
    snapshots.keep((C,), b"z" * 11)
    assert not snapshots.has((C,))


GIB = 1 << 30


@pytest.mark.parametrize(
    ("n_ctx", "slots", "available", "expected"),
    [
        (None, 4, 16 * GIB, (8192, 4)),  # 1B, f16: 32 KiB a token
        (None, 4, 3 * GIB, (8192, 3)),
        (None, 4, GIB, (4096, 2)),
        (None, 4, GIB // 8, (2048, 1)),
        (None, 1, GIB // 8, (2048, 1)),
        (16384, 4, GIB, (16384, 1)),
        (16384, 4, GIB // 2, (16384, 0)),
        (10**9, 1, 16 * GIB, (131072, 1)),
    ],
)
def test_context_fits_a_quarter_of_the_memory(
    n_ctx: int | None, slots: int, available: int, expected: tuple[int, int]
) -> None:
    assert fit(n_ctx, slots, n_ctx_train=131072, bytes_per_token=32768, available=available) == expected


def test_the_default_is_not_more_than_the_model_was_trained_with() -> None:
    assert fit(None, 4, n_ctx_train=512, bytes_per_token=32768, available=16 * GIB) == (512, 4)
