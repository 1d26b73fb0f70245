"""Whether a machine has the memory for a model, and why not, in words."""

from __future__ import annotations

from dataclasses import dataclass

RESERVED = 2**30
"""Bytes of a machine's memory that are left to the system and to what else a person has open."""


@dataclass(frozen=True, slots=True)
class Room:
    """Whether a model fits, and one line that says why."""

    fits: bool
    why: str


def room(needed: int, total: int, available: int) -> Room:
    """Whether `needed` bytes of memory are there on a machine that has `total`, of which `available` are free now.

    What fits the machine but not the moment fits: the line says that memory has to be freed first.
    """
    if needed > total - RESERVED:
        return Room(False, f"needs {gigabytes(needed)} of memory, and this machine has {gigabytes(total)} in all")
    if needed > available:
        return Room(True, f"needs {gigabytes(needed)} of memory; only {gigabytes(available)} are free at the moment")
    return Room(True, f"needs {gigabytes(needed)} of memory; {gigabytes(available)} are free")


def gigabytes(size: int) -> str:
    """ "0.8 GB", "12 GB"; below 0.1 GB in MB. Of 10^9 bytes, as files are sold."""
    if size < 100_000_000:
        return f"{size / 1e6:.0f} MB"
    return f"{size / 1e9:.1f} GB" if size < 9.95e9 else f"{size / 1e9:.0f} GB"
