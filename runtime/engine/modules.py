"""Backends for GPUs as libraries that lie beside llama.cpp's, or that the user has added: which may be loaded."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDED = {"cuda": "CUDA", "hip": "ROCm", "vulkan": "Vulkan", "sycl": "SYCL", "opencl": "OpenCL"}
"""The names that libraries of backends have, and those that ggml has for them."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0


@dataclass(frozen=True, slots=True)
class Module:
    """A library with the name of a backend. `fault` is a sentence that says why it must not be loaded, or ""."""

    backend: str
    path: Path
    fault: str = ""


def find_modules(own: Path, added: Path | None) -> Iterator[Module]:
    """One library for each backend that there is: the one in llama.cpp's own folder, or else the user's.

    A library in `added` counts when nobody but the user and the administrator can have put it there.
    """
    prefix, ending = ("ggml-", ".dll") if sys.platform == "win32" else ("libggml-", ".so")
    for name, backend in ADDED.items():
        file = f"{prefix}{name}{ending}"
        if (own / file).is_file():
            yield Module(backend, own / file)
        elif added is not None and os.path.lexists(added / file):
            path = added.resolve() / file
            yield Module(backend, path, _fault(path))


def _fault(path: Path) -> str:
    """Why others may have put this library there; "" where they cannot, and on Windows, where folders inherit that."""
    if not hasattr(os, "getuid"):
        return ""
    try:
        for place in (path, *path.parents):
            fault = _fault_of(place, is_ours=place in (path, path.parent))
            if fault:
                return f"{fault}, so {path.name} is not loaded."
    except OSError as error:
        return f"{path} cannot be looked at ({error.strerror}), so it is not loaded."
    return ""


def _fault_of(place: Path, *, is_ours: bool) -> str:
    """What is wrong with a file or folder on the way; `is_ours` asks for one of the user's own."""
    found = place.lstat()
    if stat.S_ISLNK(found.st_mode):
        return f"{place} is a link"
    if is_ours and found.st_uid not in (_ROOT, os.getuid()):
        return f"{place} belongs to another user"
    # In a folder with the sticky bit, such as /tmp, nobody replaces what is another's.
    if found.st_mode & _OTHERS_WRITE and not (found.st_mode & stat.S_ISVTX and stat.S_ISDIR(found.st_mode)):
        return f'Others may write to {place} ("chmod go-w" ends that)'
    return ""
