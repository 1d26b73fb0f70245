"""Lets go of the pages of a model file that loading it has touched."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_MADV_DONTNEED = 4  # Linux's <asm-generic/mman-common.h>


def give_back_pages(path: Path) -> None:
    """Take the pages of the mapped file at `path` out of this process; those that are in use come back by themselves.

    llama.cpp maps the file, reads all of it, and copies the weights of some types into an order that suits the CPU
    better. The pages they were copied from are not read again, and would count as this process's for as long as it
    lives: half of a 1B model in Q4_K_M. Linux alone lists its mappings; elsewhere nothing is done.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        for start, end in _mappings(str(path.resolve())):
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def _mappings(name: str) -> list[tuple[int, int]]:
    """Where a file is mapped to be read; nothing where that cannot be known."""
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    fields = [line.split(maxsplit=5) for line in lines if line.endswith(name)]
    # Of a mapping that can be written nothing is given back: that would lose what was written.
    ranges = [entry[0].split("-") for entry in fields if entry[-1] == name and entry[1].startswith("r--")]
    return [(int(start, 16), int(end, 16)) for start, end in ranges]
