"""Copies of instruction prefixes in memory, to start any sequence from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from runtime.engine.slots import AdapterKey, Chunk, shared_chunks

_MAX_BYTES = 256 << 20


class Snapshots:
    """Keys and values of decoded prefixes, the least recently used dropped first.

    A prefix of 300 tokens is 10 MB for a 1B model with f16 values; copying it in takes milliseconds, decoding it
    seconds. Copying between sequences inside llama.cpp would copy their whole room instead of what they hold.
    """

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._states: OrderedDict[tuple[AdapterKey, tuple[Chunk, ...]], bytes] = OrderedDict()

    def longest(self, wanted: Sequence[Chunk], adapters: AdapterKey = ()) -> tuple[tuple[Chunk, ...], bytes] | None:
        """The longest prefix of `wanted` that is kept whole as these adapters make it, and its state."""
        matches = [
            chunks
            for made_by, chunks in self._states
            if made_by == adapters and shared_chunks(chunks, wanted) == len(chunks)
        ]
        if not matches:
            return None
        chunks = max(matches, key=len)
        self._states.move_to_end((adapters, chunks))
        return chunks, self._states[adapters, chunks]

    def keep(self, chunks: tuple[Chunk, ...], state: bytes, adapters: AdapterKey = ()) -> None:
        """Keep `state` as what the sequence held after `chunks`, unless it alone is over the limit."""
        if len(state) > self._max_bytes:
            return
        self._states[adapters, chunks] = state
        self._states.move_to_end((adapters, chunks))
        while sum(map(len, self._states.values())) > self._max_bytes:
            self._states.popitem(last=False)

    def has(self, chunks: tuple[Chunk, ...], adapters: AdapterKey = ()) -> bool:
        return (adapters, chunks) in self._states
