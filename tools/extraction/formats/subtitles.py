"""Subtitles (SubRip, WebVTT): what is said, placed by its time."""

from __future__ import annotations

import re
from bisect import bisect_right

from tools.extraction.encodings import decode_head
from tools.extraction.formats.plain import MAX_CHARACTERS, read_text
from tools.extraction.sections import Reading, Section, Source
from tools.sanitise import sanitise

_TIME = re.compile(r"^\s*((?:\d+:)?\d{1,2}:\d{2})[.,]\d{1,3}\s+-->\s+((?:\d+:)?\d{1,2}:\d{2})[.,]\d{1,3}.*$")
_MARKUP = re.compile(r"</?[a-z][^<>\n]{0,80}>|\{\\[^{}\n]{0,40}\}", re.I)


def read(source: Source) -> Reading:
    """One line a cue; a file without any cue is read as plain text."""
    text, complete = decode_head(source.data, MAX_CHARACTERS)
    cues = _cues(sanitise(text))
    notes = [] if complete else ["the rest of the file was left out"]
    if not cues:
        return read_text(text, notes=notes)
    return Reading([Section("\n".join(said for _, _, said in cues), _Times(cues))], "", notes)


class _Times:
    """ "00:01:02-00:02:10", of a text with one line for each cue."""

    def __init__(self, cues: list[tuple[str, str, str]]) -> None:
        self._cues = cues
        self._starts = [0]
        for _, _, said in cues:
            self._starts.append(self._starts[-1] + len(said) + 1)

    def __call__(self, start: int, end: int) -> str:
        return f"time {self._cue_at(start)[0]}-{self._cue_at(max(start, end - 1))[1]}"

    def _cue_at(self, offset: int) -> tuple[str, str, str]:
        return self._cues[min(len(self._cues), bisect_right(self._starts, offset)) - 1]


def _cues(text: str) -> list[tuple[str, str, str]]:
    """(start, end, what is said on one line) of each cue that says something."""
    cues = []
    for block in re.split(r"\n[^\S\n]*\n", text):
        lines = block.split("\n")
        for position, line in enumerate(lines):
            if match := _TIME.match(line):
                said = " ".join(_MARKUP.sub("", " ".join(lines[position + 1 :])).split())
                if said:
                    cues.append((match[1], match[2], said))
                break
    return cues
