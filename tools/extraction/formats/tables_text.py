"""CSV and TSV files: their rows, whatever the delimiter."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from tools.extraction.encodings import decode_head
from tools.extraction.formats.plain import MAX_CHARACTERS
from tools.extraction.formats.tabular import row_sections
from tools.extraction.sections import Reading, Source

MAX_FIELD = 2**20


def read(source: Source) -> Reading:
    """Rows by their number in the file, which is the line's where no cell holds a line end."""
    text, complete = decode_head(source.data, MAX_CHARACTERS)
    csv.field_size_limit(MAX_FIELD)
    notes = [] if complete else ["the rest of the file was left out"]
    return Reading(row_sections(_rows(text, source.name)), "", notes)


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.replace("\0", "").splitlines(keepends=True)
    delimiter = _delimiter(text, name)
    rows = csv.reader(lines, delimiter=delimiter)
    number, understood = 0, 0
    try:
        for number, row in enumerate(rows, 1):
            yield number, row
            understood = rows.line_num
    except csv.Error:  # a quote that is never closed: from there on, a line is a row
        yield from enumerate((line.split(delimiter) for line in lines[understood:]), number + 1)


def _delimiter(text: str, name: str) -> str:
    """The sign that most lines of the head hold equally often; a comma in doubt, and in TSV files a tab."""
    if name.lower().endswith((".tsv", ".tab")):
        return "\t"
    lines = [line for line in text[:8192].splitlines()[:20] if line.strip()]
    counts = {sign: [line.count(sign) for line in lines] for sign in ",;\t|"}
    return max(counts, key=lambda sign: (sum(n > 0 and n == counts[sign][0] for n in counts[sign]), counts[sign][:1]))
