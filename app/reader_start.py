"""How the app starts the process that reads documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.roles import role_command
from app.workers.launcher import launcher
from tools.extraction.client import Extractor
from tools.extraction.starting import StartedReader, start_directly


def document_reader() -> Extractor:
    """A reader of documents; its process starts when it is first needed."""
    return Extractor(role_command("extractor"), start=_start)


def _start(command: Sequence[str], reads: Path | None) -> StartedReader:
    """By the launcher, which knows the command itself; without one by this process."""
    starter = launcher()
    if starter is None:
        return start_directly(command, reads)
    return starter.start("extractor", () if reads is None else (reads,))
