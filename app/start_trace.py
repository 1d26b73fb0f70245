"""When each phase of a start was reached, for packaging/benchmarks/startup.py; written only when that asks for it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "LLAMA_DESK_TRACE"
"""Names the file to write to, in the data folder: a sealed process writes nowhere else."""


def mark(phase: str) -> None:
    """Add a line with the moment (nanoseconds of the monotonic clock, which all processes share) and the phase."""
    if path := os.environ.get(VARIABLE):
        with suppress(OSError), Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{time.monotonic_ns()} {phase}\n")
