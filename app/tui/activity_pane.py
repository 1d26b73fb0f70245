"""The activity: every effect that a tool had, newest first, and the key that takes one back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from app.day_words import short_moment
from app.desk_api import Desk
from app.tui.cursor_list import fitted
from app.tui.paged_list import PAGE_ROWS, PagedList
from app.tui.place_pane import PlacePane
from app.tui.terminal_safety import one_line
from app.wording import count, joined
from tools.desk_db import Effect

_WHEN_CELLS = 17
_UNDONE = "undone"


class EffectList(PagedList[Effect]):
    """One line for each effect: a mark and a word say which were undone."""

    class Highlighted(Message):
        """The cursor came to another effect, or left the list."""

    def __init__(self, page: Callable[[Effect | None], Awaitable[Sequence[Effect]]]) -> None:
        super().__init__(page)
        self.now = datetime.now(UTC)

    def same(self, one: Effect, other: Effect) -> bool:
        return one.id == other.id

    def loaded(self) -> None:
        self.post_message(self.Highlighted())

    def highlighted(self, index: int | None) -> None:
        self.post_message(self.Highlighted())

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        effect = self.rows[index]
        undone = effect.undone_at is not None
        word = f"  {_UNDONE} " if undone else " "
        room = self.size.width - _WHEN_CELLS - len(word) - 4
        quiet = self.style("quiet", at_cursor=at_cursor)
        plain = quiet if undone else self.style("", at_cursor=at_cursor)
        return [
            Segment("›" if at_cursor else " ", plain),
            Segment("↶ " if undone else "✓ ", quiet if undone else self.style("strong", at_cursor=at_cursor)),
            Segment(fitted(_moment(effect.at, self.now), _WHEN_CELLS) + " ", quiet),
            Segment(fitted(one_line(effect.summary), room) + word, plain),
        ]


class ActivityPane(PlacePane):
    """Reads a page of the history at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("u,delete", "undo_selected", "Undo this", show=False)]
    KEYS = "u undoes the line · ^Z the latest · esc back"
    EMPTY = Content.assemble(
        ("Nothing was changed yet.\n\n", "bold"),
        "Whatever llama-desk does for you in the calendar or with your action items stands here, and can be taken back."
        " Ask for something below, for example ",
        ("lunch with Ana on Friday at noon", "$accent"),
        ".",
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def contents(self) -> ComposeResult:
        yield EffectList(self._page)

    @property
    def effects(self) -> EffectList:
        return self.query_one(EffectList)

    def on_mount(self) -> None:
        self.entitle("Activity")

    def enter(self) -> None:
        self.effects.focus()
        self.read_again()

    def read_again(self) -> None:
        self.effects.reload()

    def action_undo_selected(self) -> None:
        effect = self.effects.at_cursor()
        if effect is not None:
            self.run_worker(self.undo(effect.id), group="undo")

    async def undo(self, effect_id: int | None) -> None:
        """Take an effect back, by default the latest; the app says in a sentence when that cannot be."""
        effect = await self._desk.undo(effect_id)
        self.effects.put(effect)
        self.post_message(self.Effected(f"Undone: {one_line(effect.summary)}.", effect.id))

    async def _page(self, after: Effect | None) -> list[Effect]:
        self.effects.now = await self._desk.now()
        return await self._desk.effects(after.id if after is not None else None, PAGE_ROWS)

    def on_effect_list_highlighted(self, event: EffectList.Highlighted) -> None:
        event.stop()
        self.set_class(not self.effects.rows, "-empty")
        effect = self.effects.at_cursor()
        self.show_detail(None if effect is None else _detail(effect, self.effects.now))


def _detail(effect: Effect, now: datetime) -> Content:
    facts = joined(
        one_line(effect.tool), _moment(effect.at, now), count(effect.changes, "row") + " changed", f"number {effect.id}"
    )
    undone = "" if effect.undone_at is None else f"\nUndone {_moment(effect.undone_at, now)}."
    return Content.assemble((one_line(effect.summary), "bold"), ("\n" + facts + undone, "$quiet"))


def _moment(seconds: float, now: datetime) -> str:
    return short_moment(datetime.fromtimestamp(seconds, UTC), now)
