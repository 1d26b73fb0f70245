"""Sizes and counts as a person reads them."""

from __future__ import annotations

_GB = 1 << 30
_KILO = 1024


def size(count: int) -> str:
    """Bytes in the unit in which memory is sold: "763 MB", "2.9 GB"; 1 GB is 1,024 MB."""
    if count < _GB:
        return f"{round(count / 2**20):,} MB"
    return f"{_number(count)} GB"


def used_of(needed: int, total: int) -> str:
    """ "2.9 of 4 GB"."""
    return f"{_number(needed)} of {_number(total)} GB"


def tokens(count: int) -> str:
    """ "8k" for 8,192; a count under 1,024 as it is."""
    return str(count) if count < _KILO else f"{count / _KILO:.1f}".removesuffix(".0") + "k"


def _number(count: int) -> str:
    return f"{count / _GB:.1f}".removesuffix(".0")
