"""Rows of cells as text: one line a row, a tab between cells, the header repeated where a passage begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tools.extraction.places import Numbered
from tools.extraction.sections import Section
from tools.sanitise import sanitise

BLOCK = 800
"""Characters of rows in one section, so that each becomes one passage."""
LONGEST_HEADER = 200

Row = tuple[int, str]


def row_sections(rows: Iterable[tuple[int, Sequence[str]]], prefix: str = "", heading: str = "") -> Iterator[Section]:
    """Sections of `rows` (number, cells), after a line with the `heading` if there is one.

    A first row that looks like a header is repeated atop each later section, whose place then names it as well:
    "row 1 and rows 40-61".
    """
    header: Row | None = None
    for position, block in enumerate(_blocks(rows)):
        if position == 0:
            header = block[0] if _is_header(block[0][1]) else None
            title = [(block[0][0], " ".join(sanitise(heading).split()))] if heading else []
            yield _section([*title, *block], prefix)
        elif header:
            yield _section([(block[0][0], header[1]), *block], f"{prefix}row {header[0]} and ")
        else:
            yield _section(block, prefix)


def _blocks(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[list[Row]]:
    """Rows that hold anything, in groups of about one passage each."""
    block: list[Row] = []
    size = 0
    for number, cells in rows:
        line = _line(cells)
        if not line.strip():
            continue
        if block and size + len(line) > BLOCK:
            yield block
            block, size = [], 0
        block.append((number, line))
        size += len(line) + 1
    if block:
        yield block


def _section(block: list[Row], prefix: str) -> Section:
    starts, numbers, offset = [], [], 0
    for number, line in block:
        starts.append(offset)
        numbers.append(number)
        offset += len(line) + 1
    prose = any(len(line) > BLOCK for _, line in block)  # cells that hold whole texts
    return Section("\n".join(line for _, line in block), Numbered("row", starts, numbers, prefix), prose=prose)


def _line(cells: Sequence[str]) -> str:
    """The cells with what they hold on one line each, without the empty ones at the end."""
    return sanitise("\t".join(" ".join(cell.split()) for cell in cells)).rstrip("\t")


def _is_header(line: str) -> bool:
    cells = line.split("\t")
    named = all(cell and not cell[0].isdigit() for cell in cells)
    return named and len(cells) > 1 and len(line) <= LONGEST_HEADER
