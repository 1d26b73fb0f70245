"""What a format's reader hands over: runs of text that each stand in one place, and why a file is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """A file's bytes and its name."""

    data: bytes
    name: str


Place = Callable[[int, int], str]
"""The place of `text[start:end]` of a section; called for ascending spans that do not overlap."""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of text. Passages never reach across sections; `prose` text is cut at sentence ends, other at line ends."""

    text: str
    place: Place
    prose: bool = True


@dataclass(slots=True)
class Reading:
    """A file being read; `title` and `notes` (what was left out, and why) may change while `sections` is iterated."""

    sections: Iterable[Section] = ()
    title: str = ""
    notes: list[str] = field(default_factory=list)


class Refusal(Exception):
    """A file gives no text; the reason is words that follow its name: "is password-protected"."""

    status: str

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Skipped(Refusal):
    """The file is sound, but holds nothing this program reads."""

    status = "skipped"


class Failed(Refusal):
    """The file should have been read and could not be."""

    status = "failed"
