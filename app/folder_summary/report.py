"""What a summary says, in the shape that `summarise --json` prints and others may rely on."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

Status = Literal["done", "partial", "skipped", "failed"]


class Citation(BaseModel):
    """A verbatim span of a source: `quote` is `text[start:end]` of the document's text, in code points."""

    path: str
    place: str
    start: int
    end: int
    quote: str


class CitedSentence(BaseModel):
    sentence: str
    supported: bool
    """True when the citations carry the sentence and every name, number and date in it."""
    citations: list[Citation] = []
    unsupported: list[str] = []
    """The names, numbers and dates of the sentence that stand in no source."""


class FileReport(BaseModel):
    path: str
    status: Status
    reason: str = ""
    title: str = ""
    passages_read: int = 0
    passages: int = 0
    summary: list[CitedSentence] = []


class Coverage(BaseModel):
    files: int = 0
    done: int = 0
    partial: int = 0
    skipped: int = 0
    failed: int = 0
    passages_read: int = 0
    passages: int = 0

    def sentence(self) -> str:
        """ "34 of 35 files in full, 1 skipped"."""
        rest = [f"{count} {name}" for name, count in self.shortfalls() if count]
        return ", ".join([f"{self.done} of {self.files} files in full", *rest])

    def shortfalls(self) -> list[tuple[str, int]]:
        return [("in part", self.partial), ("skipped", self.skipped), ("failed", self.failed)]


class Stats(BaseModel):
    generated: int = 0
    """Pieces that the model wrote in this run."""
    reused: int = 0
    """Pieces that an earlier run had already stored."""
    prompt_tokens: int = 0
    tokens: int = 0
    seconds: float = 0.0


class Report(BaseModel):
    summary: list[CitedSentence] = []
    coverage: Coverage = Coverage()
    files: list[FileReport] = []
    stats: Stats = Stats()
    model: str | None = None
    notices: list[str] = []
    """What the user should know of the run as a whole, each one sentence."""
