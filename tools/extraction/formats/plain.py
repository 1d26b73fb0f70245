"""Plain text, Markdown, reStructuredText and source code: the text as it stands, placed by its lines."""

from __future__ import annotations

import re

from tools.extraction.encodings import decode_head
from tools.extraction.places import Lines
from tools.extraction.sections import Reading, Section, Source
from tools.sanitise import sanitise

MAX_CHARACTERS = 8 * 2**20 + 1  # one more than is kept, so that what is left out is noticed

_PROSE = frozenset(("", "txt", "text", "md", "markdown", "rst", "adoc", "org", "tex", "log", "srt", "vtt"))
_HEADING = re.compile(r"\A\s*#{1,3}\s+(?P<marked>.+?)\s*#*$|\A\s*(?P<underlined>\S.*)\n(?:={3,}|-{3,}|~{3,})\s*$", re.M)
_TITLE_LINE = re.compile(r"\A\s*(\S[^\n]{2,78})\n\s*\n")


def read(source: Source) -> Reading:
    """The whole text in one section, exactly as decoded and sanitised."""
    text, complete = decode_head(source.data, MAX_CHARACTERS)
    suffix = source.name.rpartition(".")[2].lower() if "." in source.name else ""
    return read_text(text, prose=suffix in _PROSE, notes=[] if complete else ["the rest of the file was left out"])


def read_text(text: str, *, prose: bool = True, notes: list[str] | None = None) -> Reading:
    text = sanitise(text)
    title = title_of(text) if prose else ""
    return Reading([Section(text, Lines(text), prose=prose)], title, notes or [])


def title_of(text: str) -> str:
    """A heading at the very start, or a first line that stands alone and is not a sentence."""
    head = text[:2000]
    if match := _HEADING.search(head):
        return (match["marked"] or match["underlined"]).strip()
    if (match := _TITLE_LINE.search(head)) and match[1].rstrip()[-1] not in ".,;:!?。！？।":
        return match[1].strip()
    return ""
