"""A week as lines of cells: seven columns where there is room, one list of days where there is not."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date

from rich.cells import cell_len, chop_cells

from app.calendar_wording import short_times
from app.day_words import long_day
from app.tui.terminal_safety import one_line
from app.tui.week import DAYS, Week
from tools.calendar import Occurrence
from tools.date_language.moment import DAYS as DAY_NAMES

COLUMNS_FROM = 80
"""Cells from which each day has a column of its own."""
_TITLE_LINES = 2
_TIMES_CELLS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A line of one day's column: `occurrence` is the place of what it belongs to among the day's, -1 for none."""

    text: str
    day: int
    occurrence: int = -1
    style: str = ""


def marks(week: Week, occurrence: Occurrence) -> str:
    """What an occurrence is besides its time: repeated, colliding, not certain."""
    signs = ("↻" if occurrence.event.recurring or occurrence.recurrence_id is not None else "") + (
        "!" if week.collisions(occurrence) else ""
    )
    return signs + ("?" if occurrence.event.status == "tentative" else "")


def day_columns(week: Week, width: int) -> list[list[Cell]]:
    """Seven columns, each `width` cells wide, without their heads."""
    return [
        [cell for position, one in enumerate(here) for cell in _block(week, day, position, one, width)]
        for day, here in enumerate(week.by_day)
    ]


def day_head(week: Week, day: int, today: date, width: int) -> str:
    """ "Fri 27", "Fri 27 today" or with less room "Fri 27 •"."""
    the_date = week.date_of(day)
    name = f"{DAY_NAMES[the_date.weekday()][:3]} {the_date.day}"
    if the_date != today:
        return name
    return f"{name} today" if cell_len(name) + 6 <= width else f"{name} •"


def day_list(week: Week, today: date) -> list[Cell]:
    """All days under each other, each a heading over its occurrences."""
    lines: list[Cell] = []
    for day in range(DAYS):
        the_date = week.date_of(day)
        words = long_day(the_date, today)
        here = week.by_day[day]
        free = "" if here else " · nothing"
        lines.append(Cell(f"{words}{' · today' if the_date == today else ''}{free}", day, style="heading"))
        lines.extend(Cell(_row(week, one), day, position) for position, one in enumerate(here))
    return lines


def _block(week: Week, day: int, position: int, one: Occurrence, width: int) -> list[Cell]:
    signs = marks(week, one)
    time = short_times(one)
    if cell_len(f"{time} {signs}") > width:
        time = time.partition("–")[0]
    head = Cell(f"{time} {signs}".rstrip(), day, position, "time")
    title = [Cell(line, day, position) for line in _wrapped(one_line(one.event.title) or "(no title)", width)]
    return [head, *title, Cell("", day)]


def _row(week: Week, one: Occurrence) -> str:
    return f"{short_times(one):<{_TIMES_CELLS}}{marks(week, one):<3}{one_line(one.event.title) or '(no title)'}"


def _wrapped(text: str, width: int) -> list[str]:
    """At most two lines of `width` cells, with an ellipsis for what is left out."""
    if cell_len(text) == len(text):
        return textwrap.wrap(text, width, max_lines=_TITLE_LINES, placeholder="…") or [text[:width]]
    lines = chop_cells(text, width)
    return (
        lines
        if len(lines) <= _TITLE_LINES
        else [*lines[: _TITLE_LINES - 1], chop_cells(lines[_TITLE_LINES - 1], width - 1)[0] + "…"]
    )
