"""The week on the screen, drawn line by line, with a cursor that goes from event to event and from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from app.tui.cursor_list import fitted
from app.tui.week import DAYS, Week
from app.tui.week_layout import COLUMNS_FROM, Cell, day_columns, day_head, day_list


class WeekView(ScrollView, can_focus=True):
    """In columns the names of the days stay at the top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Event before", show=False),
        Binding("down,j", "step(1)", "Next event", show=False),
        Binding("left,h", "day(-1)", "Day before", show=False),
        Binding("right,l", "day(1)", "Next day", show=False),
        Binding("enter", "step(1)", "Next event", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "week--heading",
        "week--today",
        "week--time",
        "week--line",
        "week--cursor",
    }
    DEFAULT_CSS = """
    WeekView {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $background;
        & > .week--heading { color: $quiet; text-style: bold; }
        & > .week--today { color: $primary; text-style: bold; }
        & > .week--time { color: $accent; }
        & > .week--line { color: $line; }
        & > .week--cursor { background: $cursor-line; text-style: bold; }
    }
    """

    @dataclass
    class Selected(Message):
        """The reader went to another event, or to a day without one."""

    @dataclass
    class WeekWanted(Message):
        """The reader went past an end of the week."""

        step: int

    def __init__(self) -> None:
        super().__init__()
        self.week: Week | None = None
        self._today = date.min
        self._lines: list[tuple[Cell | None, ...]] = []

    def show(self, week: Week, today: date) -> None:
        self.week, self._today = week, today
        self._lay_out()
        self._cursor_moved()

    def action_step(self, by: int) -> None:
        if self.week is not None and self.week.step(by):
            self._cursor_moved()

    def action_day(self, by: int) -> None:
        if self.week is None:
            return
        if 0 <= self.week.day + by < DAYS:
            self.week.go_to(self.week.day + by)
            self._cursor_moved()
        else:
            self.post_message(self.WeekWanted(by))

    def on_resize(self) -> None:
        self._lay_out()
        self._scroll_to_cursor()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.scroll_offset.y - self._head_lines
        column = event.x // self._column_width if self._in_columns else 0
        if self.week is None or not 0 <= line < len(self._lines) or not 0 <= column < len(self._lines[line]):
            return
        cell = self._lines[line][column]
        if cell is not None:
            self.week.go_to(cell.day)
            self.week.position = max(0, cell.occurrence)
            self._cursor_moved()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.week is None:
            return Strip.blank(width, self.rich_style)
        if self._in_columns and y == 0:
            return self._strip(self._head(self.week))
        index = y + self.scroll_offset.y - self._head_lines
        if not 0 <= index < len(self._lines):
            return (
                self._strip(self._columns(self.week, (None,) * DAYS))
                if self._in_columns
                else Strip.blank(width, self.rich_style)
            )
        line = self._lines[index]
        return self._strip(self._columns(self.week, line) if self._in_columns else self._row(self.week, line[0]))

    @property
    def _in_columns(self) -> bool:
        return self.size.width >= COLUMNS_FROM

    @property
    def _head_lines(self) -> int:
        return 1 if self._in_columns else 0

    @property
    def _column_width(self) -> int:
        return max(1, self.size.width // DAYS)

    def _lay_out(self) -> None:
        if self.week is None:
            return
        if self._in_columns:
            self._lines = list(zip_longest(*day_columns(self.week, self._column_width - 2)))
        else:
            self._lines = [(cell,) for cell in day_list(self.week, self._today)]
        self.virtual_size = Size(self.size.width, len(self._lines) + self._head_lines)
        self.refresh()

    def _head(self, week: Week) -> list[Segment]:
        width = self._column_width
        return [
            Segment(
                fitted(self._mark(week, day) + day_head(week, day, self._today, width - 2), width),
                self._style("today" if week.date_of(day) == self._today else "heading", here=day == week.day),
            )
            for day in range(DAYS)
        ]

    def _columns(self, week: Week, line: tuple[Cell | None, ...]) -> list[Segment]:
        segments: list[Segment] = []
        for day, cell in enumerate(line):
            here = cell is not None and cell.occurrence >= 0 and self._is_selected(week, cell)
            edge = ("›" if here and cell is not None and cell.style == "time" else " ") if day == 0 or here else "│"
            segments.append(Segment(edge, self._style("" if here else "line", here=here)))
            text = fitted(cell.text if cell is not None else "", self._column_width - 1)
            segments.append(Segment(text, self._style(cell.style if cell is not None else "", here=here)))
        return segments

    def _mark(self, week: Week, day: int) -> str:
        return "›" if day == week.day and self.has_focus else " "

    def _row(self, week: Week, cell: Cell | None) -> list[Segment]:
        if cell is None:
            return []
        here = self._is_selected(week, cell) if cell.occurrence >= 0 else False
        on_empty_day = cell.occurrence < 0 and cell.day == week.day and week.selected is None
        mark = "›" if self.has_focus and (here or on_empty_day) else " "
        style = "today" if cell.style and week.date_of(cell.day) == self._today else cell.style
        indent = "" if cell.occurrence < 0 else "  "
        return [Segment(fitted(f"{mark}{indent}{cell.text}", self.size.width), self._style(style, here=here))]

    def _is_selected(self, week: Week, cell: Cell) -> bool:
        return self.has_focus and cell.day == week.day and cell.occurrence == week.position

    def _style(self, name: str, *, here: bool) -> Style:
        style = self.get_component_rich_style(f"week--{name}") if name else self.rich_style
        cursor = self.get_component_rich_style("week--cursor")
        return style + Style(bgcolor=cursor.bgcolor, bold=True) if here and self.has_focus else style

    def _strip(self, segments: list[Segment]) -> Strip:
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _cursor_moved(self) -> None:
        self.refresh()
        self._scroll_to_cursor()
        self.post_message(self.Selected())

    def _scroll_to_cursor(self) -> None:
        """Bring all lines of what is selected into view, in a list with the name of its day."""
        week = self.week
        if week is None:
            return
        lines = [index for index, line in enumerate(self._lines) if any(self._wanted(week, cell) for cell in line)]
        if lines:
            # The names of the days lie over the line above.
            region = Region(0, lines[0], 1, lines[-1] - lines[0] + 1 + self._head_lines)
            self.scroll_to_region(region, animate=False, force=True)

    def _wanted(self, week: Week, cell: Cell | None) -> bool:
        if cell is None or cell.day != week.day:
            return False
        is_heading = cell.occurrence < 0 and not self._in_columns
        return cell.occurrence == week.position or (is_heading and week.position == 0)
