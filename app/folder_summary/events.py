"""What happens while a folder is summarised, in order, as the command line and the screen consume it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.folder_summary.report import CitedSentence, Coverage, FileReport, Report

Phase = Literal["listing", "reading", "vectors", "digest", "planning", "summarising", "combining", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the phase is. `total` is 0 while it is not known; `seconds_left` is None until it can be told."""

    phase: Phase
    done: int
    total: int
    current: str = ""
    tokens_per_second: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class FilesRead:
    """Rows that reached a state (read, skipped, failed): sent in batches, each row once per change."""

    rows: tuple[FileReport, ...]


@dataclass(frozen=True, slots=True)
class DigestReady:
    """The summary without a model: the sentences of the folder's own texts that carry it."""

    summary: tuple[CitedSentence, ...]
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class TextWritten:
    """The model wrote more about `path`; an empty path is the folder itself. `restart` drops what was before."""

    path: str
    text: str
    restart: bool = False


@dataclass(frozen=True, slots=True)
class FileSummarised:
    row: FileReport


@dataclass(frozen=True, slots=True)
class FolderSummarised:
    summary: tuple[CitedSentence, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence that the user should read: no model, engine restarted, a limit reached."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    report: Report


Event = Progress | FilesRead | DigestReady | TextWritten | FileSummarised | FolderSummarised | Notice | Finished
