"""Messages as lines: when, from whom, what about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message as UiMessage

from app.day_words import short_when
from app.tui.cursor_list import fitted
from app.tui.paged_list import PagedList
from app.tui.terminal_safety import one_line
from tools.inbox import MessageHead

_WHEN_CELLS = 11
_LONGEST_NAME = 20


class MessageList(PagedList[MessageHead]):
    """However many messages there are, only what was scrolled to is here."""

    class Highlighted(UiMessage):
        """The cursor came to another message, or the list was read anew."""

    @dataclass
    class Opened(UiMessage):
        head: MessageHead

    def __init__(self, page: Callable[[MessageHead | None], Awaitable[Sequence[MessageHead]]]) -> None:
        super().__init__(page)
        self.now = datetime.now(UTC)

    def same(self, one: MessageHead, other: MessageHead) -> bool:
        return one.id == other.id

    def loaded(self) -> None:
        self.post_message(self.Highlighted())

    def highlighted(self, index: int | None) -> None:
        if index is not None:
            self.post_message(self.Highlighted())

    def chosen(self, index: int) -> None:
        self.post_message(self.Opened(self.rows[index]))

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        head = self.rows[index]
        quiet, plain = (self.style(name, at_cursor=at_cursor) for name in ("quiet", ""))
        files = f" +{head.attachments} " if head.attachments else " "
        name_cells = min(_LONGEST_NAME, max(8, self.size.width // 4))
        room = max(0, self.size.width - _WHEN_CELLS - name_cells - cell_len(files) - 3)
        subject, beginning = one_line(head.subject), one_line(head.beginning)
        about = fitted(subject, min(cell_len(subject), room))
        rest = fitted(f" {beginning}" if about else beginning, room - cell_len(about))
        return [
            Segment("›" if at_cursor else " ", plain),
            Segment(fitted(_when(head, self.now), _WHEN_CELLS) + " ", quiet),
            Segment(fitted(sender_of(head), name_cells) + " ", plain),
            Segment(about, plain),
            Segment(rest if about else "", quiet),
            Segment("" if about else rest, plain),
            Segment(files, quiet),
        ]


def sender_of(head: MessageHead) -> str:
    """The name, else the address, and in which chat it was said."""
    name = one_line(head.sender.name or head.sender.address) or "unknown"
    return f"{name} in {one_line(head.chat)}" if head.chat and head.chat != head.sender.name else name


def _when(head: MessageHead, now: datetime) -> str:
    return short_when(head.date, now) if head.date is not None else one_line(head.date_written) or "no date"
