"""Which model file this is, whatever its name and place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from runtime.reading import open_for_reading

_BLOCK = 1 << 20


def fingerprint(path: Path, on_hashed: Callable[[int, int], None] = lambda _done, _size: None) -> str:
    """SHA-256 of the file's bytes, in hex. Blocks for seconds on a large file; raises OSError.

    `on_hashed(done, size)` is told how far it is, in bytes; what it raises ends the reading.
    """
    digest = hashlib.sha256()
    done, block = 0, memoryview(bytearray(_BLOCK))
    with os.fdopen(open_for_reading(path), "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        while read := file.readinto(block):
            digest.update(block[:read])
            done += read
            on_hashed(done, size)
    return digest.hexdigest()
