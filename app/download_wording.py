"""How far a download is, in words."""

from __future__ import annotations

from typing import Final

from app.wording import duration, file_size, joined, time_left
from runtime.fetch.events import Progress, State

STATE_WORDS: Final[dict[State, str]] = {
    "checking": "Checking what is here",
    "asking": "Asking where it is",
    "fetching": "Downloading",
    "waiting": "Waiting for the server",
}


def progress_facts(step: Progress) -> str:
    """ "300 MB of 808 MB · 12 MB/s · about 40 s left"."""
    amount = f"{file_size(step.done)} of {file_size(step.total)}" if step.total else ""
    if step.state == "waiting":
        return joined(amount, f"next try in {duration(step.seconds_left or 0)}")
    rate = f"{file_size(round(step.bytes_per_second))}/s" if step.bytes_per_second else ""
    return joined(amount, rate, time_left(step.seconds_left))
