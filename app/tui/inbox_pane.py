"""The inbox: messages by date, found by words, by thread, or what they ask to be done; and the one at the cursor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from app.desk_api import Desk
from app.tui.item_list import ItemList
from app.tui.message_list import MessageList
from app.tui.message_view import MessageView
from app.tui.paged_list import PAGE_ROWS
from app.tui.place_pane import PlacePane
from app.tui.terminal_safety import one_line
from app.tui.workers import only_latest
from app.wording import count, joined
from tools.inbox import ActionItem, MessageHead

SPLIT_FROM = 100
"""Cells from which a message is shown beside the list, else in its place."""
_MOST_FOUND = 60
"""Messages of one search: in each the sentence that fits is looked for."""
_SETTLED_SECONDS = 0.06
"""How long the cursor rests on a line before its message is read: who holds a key down passes many."""

_NO_MESSAGES = Content.assemble(
    ("There are no messages here yet.\n\n", "bold"),
    "Bring in what your mail program or your chats keep, from the command line: ",
    ("llama-desk inbox import PATH", "$accent"),
    ". It reads mbox files, Maildir folders, .eml files and the exports of chats; nothing is sent or changed there.",
)
_NONE_FIT = Content("No message fits. Try fewer words, or only part of a name with from:NAME.")
_NO_ITEMS = Content.assemble(
    ("Nothing is to be done.\n\n", "bold"),
    "Ask below what your messages ask of you, for example ",
    ("what do my last ten messages want me to do", "$accent"),
    "; what is found is kept here to be ticked.",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the list shows: all messages, those that fit words, a thread, or the action items."""

    words: str = ""
    thread_of: int | None = None
    title: str = ""
    to_do: bool = False


class InboxPane(PlacePane):
    """Reads a page of the list at a time, and the message that the cursor rests on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "screen.begin('/inbox ')", "Search", show=False),
        Binding("t", "thread", "Its thread", show=False),
        Binding("i", "to_do", "What is to be done", show=False),
    ]
    KEYS = "s search · t thread · i to do · enter · esc back"
    ITEM_KEYS = "space ticks · i messages · enter read · esc back"
    EMPTY = _NO_MESSAGES
    DEFAULT_CSS = """
    InboxPane {
        & > Horizontal { height: 1fr; }
        & MessageList, & ItemList { width: 1fr; height: 1fr; }
        & MessageView { width: 1fr; height: 1fr; display: none; }
        & ItemList { display: none; }
        &.-to-do ItemList { display: block; }
        &.-to-do MessageList { display: none; }
        &.-split MessageView { display: block; border-left: solid $line; }
        &.-reading MessageView { display: block; }
        &.-reading MessageList, &.-reading ItemList { display: none; }
        &.-split.-reading MessageList { display: block; }
        &.-split.-reading.-to-do MessageList { display: none; }
        &.-split.-reading.-to-do ItemList { display: block; }
        &.-empty MessageView { display: none; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.shown = Shown()

    def contents(self) -> ComposeResult:
        with Horizontal():
            yield MessageList(self._page)
            yield ItemList(self._items)
            yield MessageView()

    @property
    def messages(self) -> MessageList:
        return self.query_one(MessageList)

    @property
    def items(self) -> ItemList:
        return self.query_one(ItemList)

    def on_mount(self) -> None:
        self.entitle("Inbox")

    def enter(self) -> None:
        self._list.focus()
        self.read_again()

    def read_again(self) -> None:
        self._list.reload()

    def back(self) -> bool:
        """From a message to its list, from a part of the messages to all; False where there is nothing to leave."""
        if self.has_class("-reading"):
            self.remove_class("-reading")
            self._list.focus()
        elif self.shown != Shown():
            self.show(Shown())
        else:
            return False
        return True

    def show(self, shown: Shown) -> None:
        """Fill the list with something else, and give it the keys."""
        self.shown = shown
        self.remove_class("-reading")
        self.set_class(shown.to_do, "-to-do")
        self.query_one(".keys", Static).update(self.ITEM_KEYS if shown.to_do else self.KEYS)
        self._list.clear()
        self._list.focus()
        self._list.reload()

    def search(self, words: str) -> None:
        self.show(Shown(words=words))

    def show_items(self) -> None:
        self.show(Shown(to_do=True))

    def action_thread(self) -> None:
        head = self.messages.at_cursor()
        if head is not None and not self.shown.to_do:
            self.show(Shown(thread_of=head.id, title=one_line(head.chat or head.subject) or "no subject"))

    def action_to_do(self) -> None:
        self.show(Shown(to_do=not self.shown.to_do))

    def action_tick(self) -> None:
        """Of the list of what is to be done, which is shown first."""
        if self.shown.to_do:
            self.items.action_tick()
        else:
            self.show_items()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= SPLIT_FROM, "-split")

    def on_message_list_highlighted(self, event: MessageList.Highlighted) -> None:
        event.stop()
        head = self.messages.at_cursor()
        if not self.shown.to_do:
            self._rested(head.id if head is not None else None)

    def on_item_list_highlighted(self, event: ItemList.Highlighted) -> None:
        event.stop()
        item = self.items.at_cursor()
        if self.shown.to_do:
            self._rested(item.message_id if item is not None else None)

    def on_message_list_opened(self, event: MessageList.Opened) -> None:
        event.stop()
        self._read(event.head.id)

    def on_item_list_opened(self, event: ItemList.Opened) -> None:
        event.stop()
        self._read(event.item.message_id)

    def on_item_list_ticked(self, event: ItemList.Ticked) -> None:
        event.stop()
        self.run_worker(self._tick(event.item), group="tick")

    @property
    def _list(self) -> MessageList | ItemList:
        return self.items if self.shown.to_do else self.messages

    def _rested(self, message_id: int | None) -> None:
        """The list that is shown was read, or its cursor moved; without a message it is empty."""
        self.set_class(message_id is None, "-empty")
        self.query_one(".empty", Static).update(
            _NO_ITEMS if self.shown.to_do else _NONE_FIT if self.shown.words else _NO_MESSAGES
        )
        if message_id is None:
            self.query_one(MessageView).clear()
        elif self.has_class("-split"):
            only_latest(self, "message", partial(self._show_message, message_id, _SETTLED_SECONDS))

    def _read(self, message_id: int) -> None:
        self.add_class("-reading")
        only_latest(self, "message", partial(self._show_message, message_id, 0.0))
        self.call_after_refresh(self.query_one(MessageView).read)

    async def _show_message(self, message_id: int, wait_seconds: float) -> None:
        await asyncio.sleep(wait_seconds)
        opened, now = await self._desk.message(message_id), await self._desk.now()
        self.query_one(MessageView).show(opened, now)

    async def _tick(self, item: ActionItem) -> None:
        changed = await self._desk.set_item_status(item.id, "open" if item.status == "done" else "done")
        self.items.put(changed)
        said = "Done" if changed.status == "done" else "Open again"
        self.post_message(self.Effected(f"{said}: {one_line(changed.what)}. ^Z takes it back."))

    async def _page(self, after: MessageHead | None) -> list[MessageHead]:
        """The rows of the list of messages, and with the first ones the title over them."""
        shown = self.shown
        self.messages.now = await self._desk.now()
        if not shown.words:
            rows = await self._desk.message_heads(after, PAGE_ROWS, thread_of=shown.thread_of)
        else:
            rows = await self._desk.search_messages(shown.words, _MOST_FOUND) if after is None else []
        if after is None:
            title = await self._title(shown, len(rows))
            if self.shown is shown and not shown.to_do:
                self.entitle(title)
        return rows

    async def _items(self, after: ActionItem | None) -> list[ActionItem]:
        """All of them are one page: they are what is kept, not what came in."""
        if after is not None:
            return []
        self.items.now = await self._desk.now()
        rows = await self._desk.action_items()
        self.entitle(joined("To do", f"{sum(item.status == 'open' for item in rows)} open, {len(rows)} in all"))
        return rows

    async def _title(self, shown: Shown, rows: int) -> str:
        if shown.words:
            most = "the best " if rows == _MOST_FOUND else ""
            return joined(f"Inbox: {one_line(shown.words)}", f"{most}{count(rows, 'message')}")
        if shown.thread_of is not None:
            return f"Thread: {shown.title}"
        return joined("Inbox", count((await self._desk.inbox_counts()).messages, "message"))
