"""Lines with a cursor, drawn one by one: a list of 100,000 costs what one screen of it does."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip


class CursorList(ScrollView, can_focus=True):
    """What kind of lines there are is a subclass's: it says how many, draws each, and what choosing one does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "jump(0)", "First", show=False),
        Binding("end,G", "jump(-1)", "Last", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cursor-list--heading",
        "cursor-list--quiet",
        "cursor-list--strong",
        "cursor-list--cursor",
    }
    DEFAULT_CSS = """
    CursorList {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $background;
        & > .cursor-list--heading { color: $quiet; text-style: bold; }
        & > .cursor-list--quiet { color: $quiet; }
        & > .cursor-list--strong { color: $primary; text-style: bold; }
        & > .cursor-list--cursor { background: $cursor-line; text-style: bold; }
    }
    """

    cursor: reactive[int] = reactive(0)
    # A longer list only moves its scroll bar: laying out the whole screen for each change of it would be felt.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def line_count(self) -> int:
        raise NotImplementedError

    def is_heading(self, index: int) -> bool:
        """Whether the line is none that the cursor stops on."""
        return False

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        """The line as it is drawn, not wider than the list; one at the cursor in the style "cursor"."""
        raise NotImplementedError

    def chosen(self, index: int) -> None:
        """Enter or a click on the line, which is no heading."""

    def highlighted(self, index: int | None) -> None:
        """The cursor came to a line, or with None the list was left."""

    def action_move(self, lines: int) -> None:
        target = self.cursor + lines
        if self._no_stop(target) and 0 <= target + lines < self.line_count():
            target += lines
        self.cursor = target

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_jump(self, line: int) -> None:
        self.cursor = line if line >= 0 else self.line_count() + line

    def action_choose(self) -> None:
        if not self._no_stop(self.cursor):
            self.chosen(self.cursor)

    def validate_cursor(self, cursor: int) -> int:
        """Inside the list; a heading passes the cursor to the line under it."""
        cursor = max(0, min(cursor, self.line_count() - 1))
        below = cursor + 1
        return below if self._no_stop(cursor) and not self._no_stop(below) else cursor

    def watch_cursor(self, old: int, new: int) -> None:
        self.refresh_line(old)
        self.refresh_line(new)
        self.show_cursor()
        self.highlighted(None if self._no_stop(new) else new)

    def show_cursor(self) -> None:
        """Scroll to the cursor; the heading over the first line of a group comes into view with it."""
        top = self.cursor - 1 if self.cursor and self.is_heading(self.cursor - 1) else self.cursor
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)

    def on_focus(self) -> None:
        self.refresh_line(self.cursor)
        self.highlighted(None if self._no_stop(self.cursor) else self.cursor)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor)
        self.highlighted(None)

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.scroll_offset.y
        if not self._no_stop(line):
            self.cursor = line
            self.action_choose()

    def on_resize(self) -> None:
        self.fit()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= self.line_count():
            return Strip.blank(width, self.rich_style)
        segments = self.segments(index, at_cursor=index == self.cursor and self.has_focus)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def fit(self) -> None:
        """Take in that the number of lines, or the room for them, changed."""
        lines = self.line_count()
        self.virtual_size = Size(self.size.width, lines)
        if (lines > self.container_size.height) != self.show_vertical_scrollbar:
            self.refresh(layout=True)
        elif self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = lines

    def style(self, name: str, *, at_cursor: bool = False) -> Style:
        """A style of this list by its name, over the cursor's background if the line is at the cursor."""
        style = self.get_component_rich_style(f"cursor-list--{name}") if name else self.rich_style
        if not at_cursor:
            return style
        cursor = self.get_component_rich_style("cursor-list--cursor")
        return style + Style(bgcolor=cursor.bgcolor, bold=True)

    def refresh_line(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))

    def _no_stop(self, index: int) -> bool:
        return not 0 <= index < self.line_count() or self.is_heading(index)


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells, with an ellipsis in place of what is cut off."""
    if width <= 0:
        return ""
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
