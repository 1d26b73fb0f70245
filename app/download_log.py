"""The downloads that were made: which model, when, from where, how much came in, and how each ended."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from app.wording import file_size
from runtime.client.log_file import LogFile

type Outcome = Literal["begun", "done", "failed", "stopped"]
"""A download that is only begun is under way, or llama-desk was killed in the middle of it."""


class Download(BaseModel):
    """One download. `at` is when it began, in seconds since the epoch."""

    at: float
    model: str
    """Its id in the manifest."""
    host: str
    """The host that was asked; it may have led to one of its own delivery hosts."""
    received: int = 0
    """Bytes of the file that came in."""
    outcome: Outcome = "begun"


_OUTCOMES: dict[Outcome, str] = {
    "begun": "under way, or cut short",
    "done": "done",
    "failed": "failed",
    "stopped": "stopped",
}


def in_words(one: Download) -> str:
    """A line of the ledger, with the local time."""
    when = f"{datetime.fromtimestamp(one.at):%Y-%m-%d %H:%M}"
    return f"  {when}  {one.model} from {one.host}: {_OUTCOMES[one.outcome]}, {file_size(one.received)} came in"


class DownloadLog:
    """A small file of JSON lines in the data folder: one when a download begins, one when it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = LogFile(path)

    def begin(self, model: str, host: str) -> Download:
        """Note that a download begins. One that cannot be noted is made all the same."""
        begun = Download(at=round(time.time(), 3), model=model, host=host)
        self._add(begun)
        return begun

    def end(self, begun: Download, outcome: Outcome, received: int) -> None:
        self._add(begun.model_copy(update={"outcome": outcome, "received": received}))

    def all(self) -> list[Download]:
        """The downloads that the file remembers, oldest first; a line that is none is passed over."""
        found: dict[tuple[float, str], Download] = {}
        for path in (self._path.with_name(self._path.name + ".1"), self._path):
            for line in _lines(path):
                try:
                    one = Download.model_validate_json(line)
                except ValidationError:
                    continue
                found[one.at, one.model] = one
        return list(found.values())

    def _add(self, one: Download) -> None:
        self._file.append(one.model_dump_json().encode() + b"\n")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
