"""Copies of instruction prefixes in memory, to start any sequence from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from runtime.engine.slots import Chunk, shared_chunks

_MAX_BYTES = 256 << 20


class Snapshots:
    """Keys and values of decoded prefixes, the least recently used dropped first.

    A prefix of 300 tokens is 10 MB for a 1B model with f16 values; copying it in takes milliseconds, decoding it
    seconds. Copying between sequences inside llama.cpp would copy their whole room instead of what they hold.
    """

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._states: OrderedDict[tuple[Chunk, ...], bytes] = OrderedDict()

    def longest(self, wanted: Sequence[Chunk]) -> tuple[tuple[Chunk, ...], bytes] | None:
        """The longest prefix of `wanted` that is kept whole, and its state."""
        matches = [key for key in self._states if shared_chunks(key, wanted) == len(key)]
        if not matches:
            return None
        key = max(matches, key=len)
        self._states.move_to_end(key)
        return key, self._states[key]

    def keep(self, chunks: tuple[Chunk, ...], state: bytes) -> None:
        """Keep `state` as what the sequence held after `chunks`, unless it alone is over the limit."""
        if len(state) > self._max_bytes:
            return
        self._states[chunks] = state
        self._states.move_to_end(chunks)
        while sum(map(len, self._states.values())) > self._max_bytes:
            self._states.popitem(last=False)

    def __contains__(self, chunks: tuple[Chunk, ...]) -> bool:
        return chunks in self._states
