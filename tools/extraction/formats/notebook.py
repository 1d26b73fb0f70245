"""Jupyter notebooks (nbformat 3 and 4): the text, the code and the printed output of each cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.extraction.encodings import decode
from tools.extraction.formats.plain import title_of
from tools.extraction.places import at
from tools.extraction.sections import Failed, Reading, Section, Source

LONGEST_OUTPUT = 4000
"""Characters of one output; what a program printed beyond is rarely worth reading."""


def read(source: Source) -> Reading:
    """One section a cell. Raises Failed for a file that is not a notebook."""
    try:
        notebook = json.loads(decode(source.data))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        sections = list(_sections(cells, _language(notebook)))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Failed("is damaged or not a notebook") from error
    return Reading(sections, title_of(sections[0].text) if sections else "")


def _sections(cells: list[dict[str, Any]], language: str) -> Iterator[Section]:
    for number, cell in enumerate(cells, 1):
        text = _joined(cell.get("source", cell.get("input", "")))
        place = at(f"cell {number}")
        if cell.get("cell_type") != "code":
            yield Section(text, place)
            continue
        if text.strip():
            yield Section(f"```{language}\n{text}\n```", place, prose=False)
        outputs = [_output(output)[:LONGEST_OUTPUT] for output in cell.get("outputs", [])]
        yield Section("\n".join(output for output in outputs if output.strip()), place, prose=False)


def _language(notebook: dict[str, Any]) -> str:
    return str(notebook.get("metadata", {}).get("kernelspec", {}).get("language", ""))


def _output(output: dict[str, Any]) -> str:
    """What a cell printed or showed as text; tracebacks and pictures are left out."""
    return _joined(output.get("text") or output.get("data", {}).get("text/plain", ""))


def _joined(text: Any) -> str:
    return "".join(str(line) for line in text) if isinstance(text, list) else str(text)
