"""Changes to the bytes of a file, for tests and programs that look at what reads it."""

from __future__ import annotations

import random
from collections.abc import Sequence

KINDS = ("replace", "insert", "remove", "repeat", "cut")
NUMBERS = (0, 1, 0x7F, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
"""Where counts and lengths overflow, or mean nothing."""

type Change = tuple[str, float, bytes]
"""What is done, where (as a share of the length), and the bytes that it is done with."""


def changed(data: bytes, changes: Sequence[Change]) -> bytes:
    """`data` after these changes, one after the other."""
    for kind, share, piece in changes:
        place = int(share * len(data))
        if kind == "cut":
            data = data[:place]
        elif kind == "insert":
            data = data[:place] + piece + data[place:]
        elif kind == "repeat":
            data = data[:place] + data[place : place + 40] * 3 + data[place + 40 :]
        else:
            data = data[:place] + (piece if kind == "replace" else b"") + data[place + len(piece) :]
    return data


def some_changes(chance: random.Random, most: int = 6) -> list[Change]:
    """One to `most` changes; most replace bytes in their place, few move what follows, and a cut is rare."""
    kinds = chance.choices(KINDS, weights=(12, 3, 3, 2, 1), k=chance.randint(1, most))
    return [(kind, chance.random(), some_bytes(chance)) for kind in kinds]


def some_bytes(chance: random.Random) -> bytes:
    """One to eight bytes: any, or a number at the edge of what fits."""
    if chance.random() < 0.5:
        return chance.randbytes(chance.randint(1, 4))
    size = chance.choice((1, 2, 4, 8))
    return (chance.choice(NUMBERS) & (256**size - 1)).to_bytes(size, "little")
