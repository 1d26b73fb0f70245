"""Which sequences of the context are free and which prompt chunks they still hold, so that none is decoded twice.

The unit is the canonical chunk: a prompt is cut at fixed places that depend on the prompt alone, each chunk is decoded
in one call, and only whole chunks are used again. The last bits of a matrix product depend on how many rows it has;
with canonical chunks the reused keys and values are the very ones that decoding anew would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.engine.prompts import Prompt

Chunk = tuple[int, ...]
AdapterKey = tuple[tuple[int, float], ...]
"""Which adapters keys and values were computed with: the number of each and its scale. Those of two sets never mix."""


def cut_into_chunks(prompt: Prompt, size: int) -> tuple[Chunk, ...]:
    """Cut the instruction prefix from its start and the rest from the prefix's end, each `size` tokens at a time."""
    parts = (prompt.tokens[: prompt.instruction], prompt.tokens[prompt.instruction :])
    return tuple(part[start : start + size] for part in parts for start in range(0, len(part), size))


def shared_chunks(held: Sequence[Chunk], wanted: Sequence[Chunk]) -> int:
    """How many chunks at the start are the same, leaving out the last wanted one: its logits are needed."""
    count = 0
    for one, other in zip(held, wanted[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count


@dataclass(slots=True)
class Slot:
    """One sequence of the context, and the canonical chunks at its start."""

    sequence: int
    chunks: list[Chunk]
    adapters: AdapterKey = ()
    busy: bool = False
    foreground: bool = False
    used_at: int = 0

    def shares(self, wanted: Sequence[Chunk], adapters: AdapterKey) -> int:
        """How many chunks of a prompt it holds already, as these adapters make them."""
        return shared_chunks(self.chunks, wanted) if self.adapters == adapters else 0


class Slots:
    """Hands out sequences. A conversation's sequence is spared when another one serves as well."""

    def __init__(self, count: int) -> None:
        self._slots = [Slot(sequence, []) for sequence in range(count)]
        self._clock = 0

    def __len__(self) -> int:
        return len(self._slots)

    def take(self, wanted: Sequence[Chunk], adapters: AdapterKey = (), *, elsewhere: int = 0) -> Slot:
        """A free slot for a prompt; its `chunks` still say all that it holds. Raises LookupError when none is free.

        The slot that holds most of the prompt is best, where `elsewhere` chunks can be copied into any of them; then
        one that a background job left; then the one used longest ago.
        """
        free = [slot for slot in self._slots if not slot.busy]
        if not free:
            raise LookupError("no free slot")
        best = max(
            free,
            key=lambda slot: (max(elsewhere, slot.shares(wanted, adapters)), not slot.foreground, -slot.used_at),
        )
        best.busy = True
        return best

    def give_back(self, slot: Slot, *, foreground: bool) -> None:
        self._clock += 1
        slot.busy, slot.foreground, slot.used_at = False, foreground, self._clock
