"""What messages ask to be done, each with a box to tick."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message as UiMessage

from app.day_words import short_day
from app.tui.cursor_list import fitted
from app.tui.paged_list import PagedList
from app.tui.terminal_safety import one_line
from app.wording import joined
from tools.inbox import ActionItem

BOXES = {"open": "[ ]", "done": "[x]"}


class ItemList(PagedList[ActionItem]):
    """Those of the latest messages first; one that is done stays where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,x", "tick", "Done, or open again", show=False)]

    class Highlighted(UiMessage):
        """The cursor came to another item, or the list was read anew."""

    @dataclass
    class Ticked(UiMessage):
        item: ActionItem

    @dataclass
    class Opened(UiMessage):
        item: ActionItem

    def __init__(self, page: Callable[[ActionItem | None], Awaitable[Sequence[ActionItem]]]) -> None:
        super().__init__(page)
        self.now = datetime.now(UTC)

    def same(self, one: ActionItem, other: ActionItem) -> bool:
        return one.id == other.id

    def loaded(self) -> None:
        self.post_message(self.Highlighted())

    def highlighted(self, index: int | None) -> None:
        if index is not None:
            self.post_message(self.Highlighted())

    def chosen(self, index: int) -> None:
        self.post_message(self.Opened(self.rows[index]))

    def action_tick(self) -> None:
        if (item := self.at_cursor()) is not None:
            self.post_message(self.Ticked(item))

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        item = self.rows[index]
        quiet = self.style("quiet", at_cursor=at_cursor)
        plain = quiet if item.status == "done" else self.style("", at_cursor=at_cursor)
        facts = item_facts(item, self.now.date())
        room = max(0, self.size.width - 6)
        about = fitted(one_line(item.what), max(room // 2, room - cell_len(facts) - 1))
        return [
            Segment("›" if at_cursor else " ", plain),
            Segment(f"{BOXES[item.status]} ", plain),
            Segment(about + " ", plain),
            Segment(fitted(facts, room - cell_len(about)), quiet),
        ]


def item_facts(item: ActionItem, today: date) -> str:
    """ "by Friday (Fri 27 Nov) · Ana"."""
    due = one_line(item.due)
    on = short_day(date.fromisoformat(item.due_on[:10]), today) if item.due_on else ""
    meant = f" ({on})" if on and on != due else ""
    return joined(f"by {due}{meant}" if due else "", one_line(item.who))
