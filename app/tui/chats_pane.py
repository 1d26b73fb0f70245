"""The kept conversations: the latest first, or those in which words were said; opened, given a title, removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from app.day_words import short_moment
from app.desk_api import Desk
from app.tui.ask_first import AskFirst
from app.tui.cursor_list import fitted
from app.tui.paged_list import PAGE_ROWS, PagedList
from app.tui.place_pane import PlacePane
from app.tui.terminal_safety import one_line
from app.wording import count, joined
from tools.conversation_search import FoundTurn
from tools.desk_db import Conversation

_WHEN_CELLS = 17


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A conversation of the list, or a turn in which the words were found."""

    conversation_id: int
    title: str
    at: float
    """Seconds since the epoch."""
    about: str
    conversation: Conversation | None = None
    turn_id: int | None = None


class ChatList(PagedList[ChatLine]):
    """One line for each conversation or turn that was found."""

    @dataclass
    class Chosen(Message):
        line: ChatLine

    class Highlighted(Message):
        """The cursor came to another line, or left the list."""

    def __init__(self, page: Callable[[ChatLine | None], Awaitable[Sequence[ChatLine]]]) -> None:
        super().__init__(page)
        self.now = datetime.now(UTC)

    def same(self, one: ChatLine, other: ChatLine) -> bool:
        return (one.conversation_id, one.turn_id) == (other.conversation_id, other.turn_id)

    def loaded(self) -> None:
        self.post_message(self.Highlighted())

    def highlighted(self, index: int | None) -> None:
        self.post_message(self.Highlighted())

    def chosen(self, index: int) -> None:
        self.post_message(self.Chosen(self.rows[index]))

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        line = self.rows[index]
        room = self.size.width - _WHEN_CELLS - 3
        quiet = self.style("quiet", at_cursor=at_cursor)
        plain = self.style("", at_cursor=at_cursor)
        return [
            Segment("› " if at_cursor else "  ", plain),
            Segment(fitted(self.moment(line), _WHEN_CELLS) + " ", quiet),
            Segment(fitted(one_line(line.title) or "without a title", room), plain),
        ]

    def moment(self, line: ChatLine) -> str:
        return short_moment(datetime.fromtimestamp(line.at, UTC), self.now)


class ChatsPane(PlacePane):
    """Reads a page of the list at a time; what is found is one page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "screen.begin('/chats ')", "Search", show=False),
        Binding("a", "show_all", "All of them", show=False),
        Binding("t", "screen.begin('/title ')", "Title", show=False),
        Binding("d,delete", "remove_selected", "Remove", show=False),
    ]
    KEYS = "enter · s search · a all · t title · d remove · esc"
    EMPTY = Content.assemble(
        ("There is nothing here yet.\n\n", "bold"),
        "What you ask and what is answered is kept on this machine and stands here, to be read and gone on with. With ",
        ("keep_chats = false", "$accent"),
        " in settings.toml nothing is kept.",
    )

    @dataclass
    class Opened(Message):
        """The conversation is wanted, at the turn if there is one."""

        line: ChatLine

    @dataclass
    class Unwanted(Message):
        """The conversation is to be removed; the user was asked."""

        conversation_id: int

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._words = ""

    def contents(self) -> ComposeResult:
        yield ChatList(self._page)

    @property
    def lines(self) -> ChatList:
        return self.query_one(ChatList)

    def on_mount(self) -> None:
        self.entitle("Chats")

    def enter(self) -> None:
        self.lines.focus()
        self.read_again()

    def read_again(self) -> None:
        self.lines.reload()

    def search(self, words: str) -> None:
        """Show where the words were said; without words, all conversations."""
        self._words = words
        self.entitle(f"Chats · “{one_line(words)}”" if words else "Chats")
        self.read_again()

    def action_show_all(self) -> None:
        self.search("")

    def action_remove_selected(self) -> None:
        line = self.lines.at_cursor()
        if line is None:
            return
        question = Content.assemble(
            (one_line(line.title) or "A conversation without a title", "bold"),
            f"\n{line.about}\n\nIts words stay nowhere. This cannot be undone.",
        )

        def answered(choice: str | None) -> None:
            if choice == "y":
                self.post_message(self.Unwanted(line.conversation_id))

        self.app.push_screen(AskFirst("Remove this conversation?", question, {"y": "remove it for good"}), answered)

    async def rename(self, title: str) -> None:
        """Give the conversation at the cursor another title."""
        line = self.lines.at_cursor()
        if line is not None:
            await self._desk.chats.rename(line.conversation_id, title)
            self.read_again()

    async def _page(self, after: ChatLine | None) -> list[ChatLine]:
        self.lines.now = await self._desk.now()
        if self._words:
            found = await self._desk.chats.search(self._words, PAGE_ROWS) if after is None else []
            return [_found(turn) for turn in found]
        latest = await self._desk.chats.latest(after.conversation if after is not None else None, PAGE_ROWS)
        return [_listed(conversation) for conversation in latest]

    def on_chat_list_chosen(self, event: ChatList.Chosen) -> None:
        event.stop()
        self.post_message(self.Opened(event.line))

    def on_chat_list_highlighted(self, event: ChatList.Highlighted) -> None:
        event.stop()
        self.set_class(not self.lines.rows, "-empty")
        line = self.lines.at_cursor()
        self.show_detail(None if line is None else _detail(line, self.lines.moment(line)))


def _listed(conversation: Conversation) -> ChatLine:
    persona = f"persona {conversation.persona}" if conversation.persona else ""
    about = joined(count(conversation.turns, "turn"), persona, conversation.model)
    return ChatLine(conversation.id, conversation.title, conversation.changed_at, about, conversation=conversation)


def _found(turn: FoundTurn) -> ChatLine:
    who = "Desk" if turn.role == "assistant" else "You" if turn.role == "user" else "Tool"
    return ChatLine(turn.conversation_id, turn.title, turn.created_at, f"{who}: {turn.snippet}", turn_id=turn.turn_id)


def _detail(line: ChatLine, moment: str) -> Content:
    facts = joined(moment, f"number {line.conversation_id}")
    return Content.assemble((one_line(line.title), "bold"), f"\n{one_line(line.about)}", (f"\n{facts}", "$quiet"))
