"""The files of a folder with their states, each folder a heading over its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from app.folder_summary.report import FileReport, Status
from app.tui.cursor_list import CursorList
from app.tui.file_order import FileOrder, Line
from app.tui.terminal_safety import one_line
from app.wording import MARKS

_SHORT_STATES: dict[Status, str] = {"done": "", "partial": "in part", "skipped": "skipped", "failed": "failed"}


class FileList(CursorList):
    """A cursor over the files; Enter opens one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "file-list--done",
        "file-list--partial",
        "file-list--skipped",
        "file-list--failed",
    }
    DEFAULT_CSS = """
    FileList {
        & > .file-list--done { color: $success; }
        & > .file-list--partial { color: $warning; }
        & > .file-list--skipped { color: $quiet; }
        & > .file-list--failed { color: $error; text-style: bold; }
    }
    """

    @dataclass
    class Opened(Message):
        row: FileReport

    @dataclass
    class Highlighted(Message):
        row: FileReport | None

    def __init__(self) -> None:
        super().__init__()
        self.order = FileOrder()

    def put(self, rows: list[FileReport]) -> None:
        """Add or change files; the cursor stays on its file."""
        kept, shown = self._line_at_cursor(), self._in_view()
        for row in rows:
            self.order.put(row)
        self._lines_changed(kept, redraw=self._in_view() != shown)

    def clear(self) -> None:
        self.order.clear()
        self._lines_changed(None)
        self.scroll_home(animate=False)

    def show(self, *, problems_only: bool) -> None:
        kept = self._line_at_cursor()
        self.order.show(problems_only=problems_only)
        self._lines_changed(kept)

    def line_count(self) -> int:
        return len(self.order.lines)

    def is_heading(self, index: int) -> bool:
        return not self.order.lines[index].name

    def chosen(self, index: int) -> None:
        if (row := self.order.file_at(index)) is not None:
            self.post_message(self.Opened(row))

    def highlighted(self, index: int | None) -> None:
        self.post_message(self.Highlighted(None if index is None else self.order.file_at(index)))

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        row = self.order.file_at(index)
        return self._heading(self.order.lines[index]) if row is None else self._file(index, row, at_cursor)

    def _heading(self, line: Line) -> list[Segment]:
        return [Segment(_fit_end(f" {one_line(line.folder)}/", self.size.width), self.style("heading"))]

    def _file(self, index: int, row: FileReport, at_cursor: bool) -> list[Segment]:
        base = self.style("cursor" if at_cursor else "")
        state = self.get_component_rich_style(f"file-list--{row.status}")
        if at_cursor:
            state += Style(bgcolor=base.bgcolor)
        word = _SHORT_STATES[row.status]
        room = max(4, self.size.width - 4 - (cell_len(word) + 2 if word else 0))
        name = set_cell_size(_fit(one_line(self.order.lines[index].name), room), room)
        segments = [
            Segment("›" if at_cursor else " ", base),
            Segment(f"{MARKS[row.status]} ", state),
            Segment(name, base if row.status != "skipped" or at_cursor else self.style("quiet")),
        ]
        if word:
            segments.append(Segment(f" {word}", state))
        return [*segments, Segment(" " * self.size.width, base)]

    def _line_at_cursor(self) -> Line | None:
        return self.order.lines[self.cursor] if self.cursor < len(self.order.lines) else None

    def _in_view(self) -> list[tuple[Line, Status | None]]:
        """The lines on the screen, with all that is drawn of each but the cursor."""
        top = self.scroll_offset.y
        lines = self.order.lines[top : top + self.size.height]
        return [(line, self.order.rows[line.path].status if line.name else None) for line in lines]

    def _lines_changed(self, kept: Line | None, *, redraw: bool = True) -> None:
        self.fit()
        if kept is not None and self.cursor:
            moved = self.order.index(kept)
            with self.prevent(self.Highlighted):
                self.set_reactive(FileList.cursor, self.validate_cursor(moved))
        if redraw:
            self.refresh()


def _fit(text: str, width: int) -> str:
    """`text` in `width` cells; a long name keeps its start and its ending."""
    if cell_len(text) <= width:
        return text
    tail = min(8, width // 3)
    return set_cell_size(text, width - tail - 1) + "…" + text[-tail:] if tail else set_cell_size(text, width)


def _fit_end(text: str, width: int) -> str:
    """`text` in `width` cells; a long folder keeps its end."""
    if width < 8:
        return set_cell_size(text, width)
    while cell_len(text) > width:
        text = " …" + text[len(text) - width + 3 :] if len(text) > width else text[1:]
    return text
