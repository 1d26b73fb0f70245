"""Spreadsheets (xlsx, xlsb, xls, ods) by calamine: the rows of each sheet as they are numbered there."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Sequence

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from tools.extraction.formats.tabular import row_sections
from tools.extraction.sections import Failed, Reading, Section, Source
from tools.extraction.zip_limits import open_zip

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read(source: Source) -> Reading:
    """Formulas as their last computed values. Raises Failed for a file that is damaged or encrypted."""
    if source.data.startswith(b"PK"):
        open_zip(source.data).close()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
    except PasswordError as error:
        raise Failed("is password-protected; save a copy without a password to have it read") from error
    reading = Reading()
    reading.sections = _sections(workbook, reading)
    return reading


def _sections(workbook: CalamineWorkbook, reading: Reading) -> Iterator[Section]:
    for index, name in enumerate(workbook.sheet_names):
        try:
            sheet = workbook.get_sheet_by_index(index)
        except CalamineError:
            reading.notes.append(f"sheet {name} could not be read")
            continue
        yield from row_sections(_rows(sheet), prefix=f"sheet {name} ", heading=name)


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Rows by their number in the sheet; calamine leaves out empty ones before the first cell."""
    first = (sheet.start or (0, 0))[0]
    rows: Iterator[Sequence[Cell]] = iter(sheet.to_python(skip_empty_area=True))
    for number, row in enumerate(rows, first + 1):
        yield number, [_shown(cell) for cell in row]


def _shown(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell)
