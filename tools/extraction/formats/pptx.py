"""PowerPoint presentations by python-pptx: the text of each slide, its tables, charts, captions and notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from tools.extraction.places import at
from tools.extraction.sections import Reading, Section, Source
from tools.extraction.zip_limits import open_zip

_DEEPEST_GROUP = 20


def read(source: Source) -> Reading:
    """One section a slide. Raises Failed for a file that is damaged, encrypted or unpacks to too much."""
    open_zip(source.data).close()
    presentation = Presentation(io.BytesIO(source.data))
    return Reading(_slides(presentation), str(presentation.core_properties.title or "").strip())


def _slides(presentation: Any) -> Iterator[Section]:
    for number, slide in enumerate(presentation.slides, 1):
        blocks = [block for shape in _in_reading_order(slide.shapes) for block in _shape_blocks(shape, 0)]
        if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) and frame.text.strip():
            blocks.append(f"Notes: {frame.text}")
        yield Section("\n\n".join(blocks), at(f"slide {number}"))


def _in_reading_order(shapes: Any) -> list[Any]:
    """The title first, then from top to bottom and from left to right."""
    title = getattr(shapes, "title", None)
    title_id = title.shape_id if title is not None else None
    return sorted(shapes, key=lambda shape: (shape.shape_id != title_id, shape.top or 0, shape.left or 0))


def _shape_blocks(shape: Any, depth: int) -> Iterator[str]:
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        if depth < _DEEPEST_GROUP:
            for inner in _in_reading_order(shape.shapes):
                yield from _shape_blocks(inner, depth + 1)
        return
    if getattr(shape, "has_table", False) and shape.has_table:
        yield "\n".join(_row(cell.text for cell in row.cells) for row in shape.table.rows)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        yield from _chart_blocks(shape.chart)
    elif shape.has_text_frame:
        if shape.text_frame.text.strip():
            yield shape.text_frame.text
    elif caption := _caption(shape):
        yield caption


def _caption(shape: Any) -> str:
    """The alternative text that an author or a program gave a picture."""
    found = shape._element.xpath(".//*[local-name()='cNvPr']/@descr")
    return str(found[0]).strip() if found else ""


def _chart_blocks(chart: Any) -> Iterator[str]:
    if chart.has_title and chart.chart_title.has_text_frame:
        yield f"Chart: {chart.chart_title.text_frame.text}"
    for plot in chart.plots:
        series = list(plot.series)
        rows = [_row(["", *(one.name for one in series)])]
        for position, category in enumerate(plot.categories):
            rows.append(_row([category, *(one.values[position : position + 1] or ("",) for one in series)]))
        yield "\n".join(rows)


def _row(cells: Iterable[Any]) -> str:
    """Cells on one line; a value that python-pptx gives as a tuple of one is that value."""
    values = (cell[0] if isinstance(cell, tuple) else cell for cell in cells)
    return "\t".join(_shown(value) for value in values)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else " ".join(str(value).split())
