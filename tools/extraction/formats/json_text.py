"""JSON as text: as it stands where it is laid out in lines, laid out anew where it is not."""

from __future__ import annotations

import json
import re

from tools.extraction.encodings import decode_head
from tools.extraction.formats.plain import MAX_CHARACTERS
from tools.extraction.places import Lines
from tools.extraction.sections import Reading, Section, Source
from tools.sanitise import sanitise

LONGEST_LINE = 2000
"""Characters; a file with a longer line was written for programs and is laid out anew."""

# An escape of a character beyond ASCII: a pair of surrogates or a single code unit. Those of ASCII stay as they are.
_ESCAPES = re.compile(r"(?<!\\)(?:\\\\)*((?:\\u(?!00[0-7])[0-9a-fA-F]{4})+)")


def read(source: Source) -> Reading:
    text, complete = decode_head(source.data, MAX_CHARACTERS)
    notes = [] if complete else ["the rest of the file was left out"]
    if complete and any(len(line) > LONGEST_LINE for line in text.splitlines()):
        text = _laid_out(text)
    text = sanitise(_ESCAPES.sub(_unescape, text))
    return Reading([Section(text, Lines(text), prose=False)], "", notes)


def _unescape(match: re.Match[str]) -> str:
    before = match.group()[: -len(match[1])]
    units = bytes.fromhex(match[1].replace("\\u", ""))
    return before + units.decode("utf-16-be", "replace")


def _laid_out(text: str) -> str:
    """The same value with one entry a line; JSON that cannot be parsed, such as JSON Lines, stays as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
