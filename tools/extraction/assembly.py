"""Join what a format's reader yields into one clean text with its passages, within the limits of size and time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tools.extraction.cutting import cut
from tools.extraction.sections import Reading, Section
from tools.sanitise import sanitise


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How much text is taken from one file, and how long it may take: what is beyond is noted, not read."""

    characters: int = 8 * 2**20
    passages: int = 50_000
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class Assembled:
    text: str
    cuts: list[tuple[int, str]]
    """The end of each passage in `text`, in code points, and its place."""
    note: str


class Assembly:
    """Collects sections in order; `full` once a limit is reached."""

    def __init__(self, limits: TextLimits) -> None:
        self._limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self._parts: list[str] = []
        self._cuts: list[tuple[int, str]] = []
        self._length = 0
        self.stopped = ""

    def add(self, section: Section) -> None:
        text = sanitise(section.text)
        if not text or text.isspace():
            return
        if self._parts:
            self._separate()
        room = self._limits.characters - self._length
        if len(text) > room:
            self.stopped = f"only the first {self._limits.characters:,} characters were read"
            text = text[:room]
        self._append(text, section)
        if len(self._cuts) >= self._limits.passages:
            self.stopped = f"only the first {self._limits.passages:,} passages were read"
        elif not self.stopped and time.monotonic() > self._deadline:
            self.stopped = f"it takes long to read, so reading stopped after {self._limits.seconds:.0f} s"

    def _separate(self) -> None:
        """End the text so far with a blank line, which belongs to its last passage."""
        missing = "\n\n"[min(2, len(self._parts[-1]) - len(self._parts[-1].rstrip("\n"))) :]
        self._parts.append(missing)
        self._length += len(missing)
        self._cuts[-1] = (self._length, self._cuts[-1][1])

    def _append(self, text: str, section: Section) -> None:
        start = 0
        for end in cut(text, prose=section.prose):
            piece = text[start:end]
            first = start + len(piece) - len(piece.lstrip())
            last = start + len(piece.rstrip())
            place = " ".join(sanitise(section.place(first, max(first, last))).split())
            self._cuts.append((self._length + end, place))
            start = end
        self._parts.append(text)
        self._length += len(text)

    def finish(self, notes: list[str]) -> Assembled:
        place = f", up to {self._cuts[-1][1]}" if self._cuts else ""
        stopped = [self.stopped + place] if self.stopped else []
        return Assembled("".join(self._parts), self._cuts, sanitise("; ".join([*stopped, *notes])))


def assemble(reading: Reading, limits: TextLimits) -> Assembled:
    """The whole text of `reading` and its passages; a text of one section stays as it is, character for character."""
    assembly = Assembly(limits)
    for section in reading.sections:
        assembly.add(section)
        if assembly.stopped:
            break
    return assembly.finish(reading.notes)
