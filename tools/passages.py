"""A document as passages: pieces of text that know where in their file they stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a document's text.

    The passages of a document partition its text: they are contiguous, in order, and their texts joined give the
    document's text exactly. `start` and `end` count Unicode code points from the start of that text.
    """

    ordinal: int
    place: str
    """Where a person finds it: "lines 12-30", "page 4", "slide 2", "sheet Sales A2:F20", "section Methods"."""
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """The sanitised text of one file, whatever its format."""

    content_hash: str
    """SHA-256 of the file's bytes, in hex."""
    format: str
    """The short name of the format it was read as: "pdf", "docx", "txt"."""
    title: str
    passages: tuple[Passage, ...]
    note: str = ""
    """Why only a part of the file was read; empty when all of it was."""

    @property
    def text(self) -> str:
        return "".join(passage.text for passage in self.passages)
