"""Counts, durations and states in the words that the screen uses."""

from __future__ import annotations

from typing import Final

from app.folder_summary.events import Phase
from app.folder_summary.report import FileReport, Stats, Status

MARKS: Final[dict[Status, str]] = {"done": "✓", "partial": "~", "skipped": "–", "failed": "✗"}
STATUS_WORDS: Final[dict[Status, str]] = {
    "done": "read in full",
    "partial": "read in part",
    "skipped": "skipped",
    "failed": "could not be read",
}
PHASE_WORDS: Final[dict[Phase, str]] = {
    "listing": "Listing the files",
    "reading": "Reading",
    "vectors": "Making vectors",
    "digest": "Finding the sentences that matter",
    "planning": "Planning",
    "summarising": "Summarising",
    "combining": "Writing the summary",
    "done": "Done",
}


def count(number: int, singular: str, plural: str = "") -> str:
    """ "1 file", "20,000 files"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def duration(seconds: float) -> str:
    """ "less than a second", "41 s", "3 min", "1 h 20 min"."""
    whole = round(seconds)
    if whole < 1:
        return "less than a second"
    if whole < 100:
        return f"{whole} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def time_left(seconds: float | None) -> str:
    """ "about 2 min left"; empty while it cannot be told."""
    return "" if seconds is None else f"about {duration(max(1.0, seconds))} left"


def file_size(size: int) -> str:
    """ "300 kB", "808 MB", "2.0 GB": decimal units, as file managers and model pages count."""
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.0f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"


def speed(tokens_per_second: float) -> str:
    """ "46 tok/s"; empty when nothing is being written."""
    if tokens_per_second <= 0:
        return ""
    return f"{tokens_per_second:.0f} tok/s" if tokens_per_second >= 10 else f"{tokens_per_second:.1f} tok/s"


def joined(*parts: str) -> str:
    """The parts that say something, with a middle dot between them."""
    return " · ".join(part for part in parts if part)


def file_state(row: FileReport) -> str:
    """ "read in full · 12 passages", "skipped: images are not read"."""
    words = STATUS_WORDS[row.status] + (f": {row.reason}" if row.reason else "")
    if row.passages_read < row.passages:
        return joined(words, f"{row.passages_read:,} of {count(row.passages, 'passage')}")
    return joined(words, count(row.passages, "passage") if row.passages else "")


def run_facts(stats: Stats, model: str | None) -> str:
    """ "Llama 3.2 1B · 34 pieces written, 12 reused · 41 s"."""
    pieces = ", ".join(
        part
        for part in (
            f"{count(stats.generated, 'piece')} written" if stats.generated else "",
            f"{stats.reused:,} reused" if stats.reused else "",
        )
        if part
    )
    return joined(model or "digest, without a model", pieces, duration(stats.seconds))
