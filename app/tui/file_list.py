"""The files of a folder with their states, drawn line by line: 20,000 of them cost what one screen of them does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from app.folder_summary.report import FileReport, Status
from app.tui.file_order import FileOrder, Line
from app.tui.terminal_safety import one_line
from app.wording import MARKS

_SHORT_STATES: dict[Status, str] = {"done": "", "partial": "in part", "skipped": "skipped", "failed": "failed"}


class FileList(ScrollView, can_focus=True):
    """A cursor over the files; Enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "jump(0)", "First", show=False),
        Binding("end,G", "jump(-1)", "Last", show=False),
        Binding("enter", "open", "Open the file", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "file-list--heading",
        "file-list--quiet",
        "file-list--done",
        "file-list--partial",
        "file-list--skipped",
        "file-list--failed",
        "file-list--cursor",
    }
    DEFAULT_CSS = """
    FileList {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $background;
        & > .file-list--heading { color: $quiet; text-style: bold; }
        & > .file-list--quiet { color: $quiet; }
        & > .file-list--done { color: $success; }
        & > .file-list--partial { color: $warning; }
        & > .file-list--skipped { color: $quiet; }
        & > .file-list--failed { color: $error; text-style: bold; }
        & > .file-list--cursor { background: $cursor-line; text-style: bold; }
    }
    """

    cursor: reactive[int] = reactive(0)
    # A longer list only moves its scroll bar: laying out the whole screen for each batch of files would be felt.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

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

    def action_move(self, lines: int) -> None:
        target = self.cursor + lines
        if self.order.file_at(target) is None and 0 <= target + lines < len(self.order.lines):
            target += lines
        self.cursor = target

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_jump(self, line: int) -> None:
        self.cursor = line if line >= 0 else len(self.order.lines) + line

    def action_open(self) -> None:
        if (row := self.order.file_at(self.cursor)) is not None:
            self.post_message(self.Opened(row))

    def validate_cursor(self, cursor: int) -> int:
        """Inside the list, and on a file: a heading passes the cursor to the file under it."""
        cursor = max(0, min(cursor, len(self.order.lines) - 1))
        below = cursor + 1
        return below if self.order.file_at(cursor) is None and self.order.file_at(below) is not None else cursor

    def watch_cursor(self, old: int, new: int) -> None:
        self._refresh_line(old)
        self._refresh_line(new)
        # The heading over the first file of a folder comes into view with it.
        heading = new - 1 if new and self.order.file_at(new - 1) is None else new
        self.scroll_to_region(Region(0, heading, 1, new - heading + 1), animate=False, force=True)
        self.post_message(self.Highlighted(self.order.file_at(new)))

    def on_focus(self) -> None:
        self._refresh_line(self.cursor)
        self.post_message(self.Highlighted(self.order.file_at(self.cursor)))

    def on_blur(self) -> None:
        self._refresh_line(self.cursor)
        self.post_message(self.Highlighted(None))

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.scroll_offset.y
        if self.order.file_at(line) is not None:
            self.cursor = line
            self.action_open()

    def on_resize(self) -> None:
        self._set_virtual_size()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self.order.lines):
            return Strip.blank(width, self.rich_style)
        row = self.order.file_at(index)
        segments = self._heading(self.order.lines[index]) if row is None else self._file(index, row)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _heading(self, line: Line) -> list[Segment]:
        return [Segment(_fit_end(f" {one_line(line.folder)}/", self.size.width), self._style("heading"))]

    def _file(self, index: int, row: FileReport) -> list[Segment]:
        at_cursor = index == self.cursor and self.has_focus
        base = self._style("cursor") if at_cursor else self.rich_style
        state = self._style(row.status)
        if at_cursor:
            state += Style(bgcolor=base.bgcolor)
        word = _SHORT_STATES[row.status]
        room = max(4, self.size.width - 4 - (cell_len(word) + 2 if word else 0))
        name = set_cell_size(_fit(one_line(self.order.lines[index].name), room), room)
        segments = [
            Segment("›" if at_cursor else " ", base),
            Segment(f"{MARKS[row.status]} ", state),
            Segment(name, base if row.status != "skipped" or at_cursor else self._style("quiet")),
        ]
        if word:
            segments.append(Segment(f" {word}", state))
        return [*segments, Segment(" " * self.size.width, base)]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"file-list--{name}")

    def _line_at_cursor(self) -> Line | None:
        return self.order.lines[self.cursor] if self.cursor < len(self.order.lines) else None

    def _in_view(self) -> list[tuple[Line, Status | None]]:
        """The lines on the screen, with all that is drawn of each but the cursor."""
        top = self.scroll_offset.y
        lines = self.order.lines[top : top + self.size.height]
        return [(line, self.order.rows[line.path].status if line.name else None) for line in lines]

    def _lines_changed(self, kept: Line | None, *, redraw: bool = True) -> None:
        self._set_virtual_size()
        if kept is not None and self.cursor:
            moved = self.order.index(kept)
            with self.prevent(self.Highlighted):
                self.set_reactive(FileList.cursor, self.validate_cursor(moved))
        if redraw:
            self.refresh()

    def _set_virtual_size(self) -> None:
        lines = len(self.order.lines)
        self.virtual_size = Size(self.size.width, lines)
        if (lines > self.container_size.height) != self.show_vertical_scrollbar:
            self.refresh(layout=True)
        elif self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = lines

    def _refresh_line(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))


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
