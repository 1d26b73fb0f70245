"""Work that a tool hands to the assistant, because it needs a model, the files' reader or the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.inbox import Message


@dataclass(frozen=True, slots=True)
class SearchFiles:
    """Answer from the passages that `query` finds, in one folder or in all that were read."""

    query: str
    folder: Path | None


@dataclass(frozen=True, slots=True)
class SummariseFolder:
    """`depth` levels of subfolders; all when None."""

    folder: Path
    depth: int | None


@dataclass(frozen=True, slots=True)
class OpenFile:
    """`path` is relative to `root`, a folder that was read."""

    root: Path
    path: str


@dataclass(frozen=True, slots=True)
class DigestMessages:
    """Summarise these messages, newest first."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class FindItems:
    """Find what these messages ask to be done, and keep it."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class DraftReply:
    """Write a reply to `message` that says `points`; nothing is sent."""

    message: Message
    points: str


type Task = SearchFiles | SummariseFolder | OpenFile | DigestMessages | FindItems | DraftReply
