"""A list whose rows come in pages as they are scrolled to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.worker import Worker

from app.tui.cursor_list import CursorList
from app.tui.workers import only_latest

PAGE_ROWS = 200


class PagedList[Row](CursorList):
    """Newest first. What was scrolled to is kept; a list that is loaded again begins with its first page."""

    def __init__(self, page: Callable[[Row | None], Awaitable[Sequence[Row]]]) -> None:
        """`page` gives at most `PAGE_ROWS` rows after one, or the first; fewer are the last ones."""
        super().__init__()
        self._page = page
        self.rows: list[Row] = []
        self.complete = False
        """Whether the last row is here."""
        self._coming: Worker[None] | None = None

    def same(self, one: Row, other: Row) -> bool:
        """Whether two rows are of one thing, of which something may have changed."""
        return one == other

    def loaded(self) -> None:
        """The first page is here."""

    def reload(self) -> None:
        """Read the first page anew; the cursor stays on its row if that is still among the first."""
        self._coming = only_latest(self, "page", self._load_first)

    def clear(self) -> None:
        """Show nothing until other rows are read."""
        self.rows, self.complete = [], False
        self.set_reactive(CursorList.cursor, 0)
        self.fit()
        self.scroll_home(animate=False)
        self.refresh()

    def put(self, row: Row) -> None:
        """Show `row` in place of the one that it is the same as."""
        for index, known in enumerate(self.rows):
            if self.same(known, row):
                self.rows[index] = row
                self.refresh_line(index)
                if index == self.cursor:
                    self.highlighted(index)

    def at_cursor(self) -> Row | None:
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def line_count(self) -> int:
        return len(self.rows)

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        self._load_more()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._load_more()

    async def _load_first(self) -> None:
        rows = list(await self._page(None))
        kept = self.at_cursor()
        self.rows, self.complete = rows, len(rows) < PAGE_ROWS
        places = [index for index, row in enumerate(rows) if kept is not None and self.same(row, kept)]
        self.set_reactive(CursorList.cursor, places[0] if places else 0)
        self.fit()
        self.show_cursor()
        self.refresh()
        self.loaded()
        self.highlighted(self.cursor if rows else None)

    def _load_more(self) -> None:
        """Ask for the next page when less than a screen of rows is left."""
        last = max(self.cursor, self.scroll_offset.y + self.size.height)
        busy = self._coming is not None and not self._coming.is_finished
        if not self.complete and self.rows and not busy and last + self.size.height >= len(self.rows):
            self._coming = only_latest(self, "page", self._load_next)

    async def _load_next(self) -> None:
        rows = list(await self._page(self.rows[-1]))
        self.rows += rows
        self.complete = len(rows) < PAGE_ROWS
        self.fit()
        self.refresh()
