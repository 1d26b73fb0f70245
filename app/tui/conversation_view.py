"""The conversation: entries under each other, and a cursor that goes from sentence to sentence."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from app.conversation.chats import Chat, ShownTurn
from app.tui.answer_entry import EVERYWHERE, AnswerEntry
from app.tui.entries import Entry, KeptNote, Note, Placed, Question, Welcome
from app.tui.sentence_list import SentenceList, SentenceRow
from app.wording import count

MOST_TURNS = 60
"""Turns of a kept conversation that are shown at once: laying out many more would be felt."""


class ConversationView(VerticalScroll, can_focus=True):
    """Follows what is written as long as its reader is at the bottom; a reader who scrolled up stays where they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Next sentence", show=False),
        Binding("up,k", "step(-1)", "Previous sentence", show=False),
        Binding("enter,right", "open_source(1)", "Open its source, then its next one", show=False),
        Binding("left", "open_source(-1)", "Its source before", show=False),
    ]
    DEFAULT_CSS = """
    ConversationView {
        padding: 0 2; scrollbar-size-vertical: 1; background: $background;
        & > #entries { height: auto; min-height: 100%; }
        & > #entries > * { max-width: 100; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.row: SentenceRow | None = None
        """The sentence that the cursor is on."""

    def compose(self) -> ComposeResult:
        # As tall as the view at least: an anchored view would push anything less to its bottom.
        with Vertical(id="entries"):
            yield Welcome()

    async def add(self, entry: Entry) -> None:
        """Put an entry at the end and go there: it is what the user has just asked for."""
        await self.query(Welcome).remove()
        await self._entries.mount(entry)
        self.anchor()

    async def clear(self) -> None:
        self.row = None
        await self._entries.remove_children()
        await self._entries.mount(Welcome())

    async def show(self, chat: Chat) -> None:
        """Show a kept conversation in place of what is here, from its end."""
        await self.clear()
        await self.query(Welcome).remove()
        turns = chat.turns[-MOST_TURNS:]
        if left_out := len(chat.turns) - len(turns):
            words = (
                f"{count(left_out, 'turn')} before these: `llama-desk chats show {chat.conversation.id}` has them all."
            )
            await self._entries.mount(Note(words))
        entries = [_entry(kept) for kept in turns]
        async with self.batch():
            await self._entries.mount(*entries)
            for entry, kept in zip(entries, turns, strict=True):
                await entry.show_kept(kept)
        self.anchor()

    async def cut(self, entry: Entry) -> None:
        """Take an entry of the conversation away with all that was said after it; summaries of folders stay."""
        entries = list(self._entries.query_children(Entry))
        for later in entries[entries.index(entry) :]:
            if isinstance(later, Question | AnswerEntry | Note | KeptNote):
                await later.remove()
        if self.row is not None and not self.row.is_attached:
            self.row = None

    def said(self) -> list[Question | AnswerEntry]:
        """The questions and answers, in their order."""
        return [entry for entry in self._entries.children if isinstance(entry, Question | AnswerEntry)]

    def said_to_cursor(self) -> list[Question | AnswerEntry]:
        """Those up to the one that the cursor is in, or all of them."""
        entries = self.said()
        here = [place for place, entry in enumerate(entries) if self.row is not None and entry in self.row.ancestors]
        return entries[: here[0] + 1] if here else entries

    @property
    def _entries(self) -> Vertical:
        return self.query_one("#entries", Vertical)

    def last_sentences(self) -> SentenceList | None:
        lists = [one for one in self.query(SentenceList) if one.display]
        return lists[-1] if lists else None

    def step(self, rows: int, *, then_open: bool) -> None:
        """Move the cursor to the next or previous sentence; without one, scroll."""
        all_rows = list(self.query(SentenceRow))
        if not all_rows:
            self.scroll_relative(y=rows, animate=False)
            return
        self._go_to(all_rows[self._next_index(all_rows, rows)])
        if then_open and self.row is not None:
            self.row.open_source()

    def open_number(self, number: int) -> bool:
        """Open the source with this number in the last entry that has one; False when there is none."""
        for row in reversed(self.query(SentenceRow)):
            if number in row.numbered_sentence.numbers:
                self._go_to(row)
                row.open_source(row.numbered_sentence.numbers.index(number))
                return True
        return False

    def action_step(self, rows: int) -> None:
        self.step(rows, then_open=False)

    def action_open_source(self, step: int) -> None:
        if self.row is not None:
            self.row.open_source(self.row.position + step if self.row.position >= 0 else 0)

    def on_focus(self) -> None:
        if self.row is None or not self.row.is_attached:
            shown = self.last_sentences()
            rows = list(shown.query(SentenceRow)) if shown is not None else []
            if rows:
                self._go_to(rows[0])

    @on(SentenceRow.SourceWanted)
    def _follow_click(self, event: SentenceRow.SourceWanted) -> None:
        self._go_to(event.row)

    @on(Placed)
    def _show_from_start(self, event: Placed) -> None:
        event.stop()
        if self.row is not None and not self.row.is_attached:
            self.row = None
        if self.is_anchored and not self._anchor_released:
            self.call_after_refresh(self._read_from_start, event.entry)

    def _read_from_start(self, entry: Entry) -> None:
        if entry.is_attached and entry.virtual_region.height > self.size.height:
            self.scroll_to_widget(entry, top=True, animate=False, force=True)

    def _next_index(self, rows: list[SentenceRow], step: int) -> int:
        if self.row in rows:
            return max(0, min(len(rows) - 1, rows.index(self.row) + step))
        shown = self.last_sentences()
        return rows.index(shown.query(SentenceRow).first()) if shown is not None and shown.children else 0

    def _go_to(self, row: SentenceRow) -> None:
        if self.row is not None and self.row is not row and self.row.is_attached:
            self.row.set_cursor(False)
        self.row = row
        row.set_cursor(True)
        self.scroll_to_widget(row, animate=False)


def _entry(kept: ShownTurn) -> Question | AnswerEntry | KeptNote:
    said = kept.turn.said
    match said.role:
        case "user":
            return Question(said.text)
        case "assistant":
            return AnswerEntry(Path(said.folder) if said.folder else EVERYWHERE)
        case "tool":
            return KeptNote()
