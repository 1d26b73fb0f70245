"""The rows of the desk database as the rest of the program sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from tools.passages import Document

FileStatus = Literal["done", "partial", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What is known about one file of a folder.

    `path` is relative to the folder, with "/" between its parts; the same `size` and `mtime_ns` as on disk mean that
    the file need not be read again.
    """

    path: str
    size: int
    mtime_ns: int
    status: FileStatus
    reason: str = ""
    content_hash: str = ""
    """SHA-256 of the file's bytes, in hex; empty when they were not read."""
    inode: int = 0
    seen_at: float = 0.0
    """Seconds since the epoch; set when the row is recorded."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What a list of files shows of a document, without its text. `passages` counts them."""

    title: str
    passages: int

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(document.title, len(document.passages))


@dataclass(frozen=True, slots=True)
class IndexedFolder:
    """A folder that is kept in the index; `files` counts those that were read."""

    root: str
    refreshed_at: float | None
    """Seconds since the epoch; None until all of it was read once."""
    files: int
    passages: int


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that could not be read. `reason` reads after its name."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that a model wrote and that need not be written again."""

    key: str
    """A digest of everything that the text depends on; equal keys mean equal texts."""
    kind: str
    """What the text is: the summary of a passage, of a file, of a folder."""
    content_hash: str
    model: str
    """The fingerprint of the model file."""
    prompt_version: str
    output: str
    prompt_tokens: int
    tokens: int
    created_at: float = 0.0
    """Seconds since the epoch; set when the piece is stored."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The fingerprint of a model file, valid as long as its size and modification time stay the same."""

    path: str
    size: int
    mtime_ns: int
    fingerprint: str
