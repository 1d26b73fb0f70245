"""Whether this machine has the memory for a model, and why not, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import psutil

from app.wording import file_size

RESERVED = 2**30
"""Bytes of a machine's memory that are left to the system and to what else a person has open."""


class Memory(NamedTuple):
    """Bytes of RAM: in all, and free now."""

    total: int
    available: int


@dataclass(frozen=True, slots=True)
class Room:
    """Whether a model fits, and one line that says why."""

    fits: bool
    why: str


def machine_memory() -> Memory:
    now = psutil.virtual_memory()
    return Memory(now.total, now.available)


def room(needed: int, total: int, available: int) -> Room:
    """Whether `needed` bytes of memory are there on a machine that has `total`, of which `available` are free now.

    What fits the machine but not the moment fits: the line says that memory has to be freed first.
    """
    if needed > total - RESERVED:
        return Room(False, f"needs {file_size(needed)} of memory, and this machine has {file_size(total)} in all")
    if needed > available:
        return Room(True, f"needs {file_size(needed)} of memory; only {file_size(available)} are free at the moment")
    return Room(True, f"needs {file_size(needed)} of memory; {file_size(available)} are free")
