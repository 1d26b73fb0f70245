"""What the places beside the conversation have in common: a title, the keys that work there, and what is read anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from app.tui.saying import say


class PlacePane(Vertical):
    """A place takes the room of the conversation and its sources while it is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "screen.begin('/')", "A command", show=False),
        Binding("question_mark", "screen.help", "Keys", show=False),
    ]
    DEFAULT_CSS = """
    PlacePane {
        width: 1fr; height: 1fr; background: $background; display: none;
        & > .name { text-style: bold; padding: 0 1; height: 1; }
        & > .keys { color: $quiet; padding: 0 1; height: 1; margin-bottom: 1; }
        & > .empty { padding: 0 1; max-width: 74; margin-bottom: 1; display: none; }
        & > .detail { height: auto; max-height: 50%; padding: 0 1; border-top: solid $line; display: none; }
        &:focus-within > .name { color: $primary; }
        &.-here { display: block; }
        &.-empty > .empty { display: block; }
    }
    """

    KEYS = ""
    """The keys of the place, in one line."""
    EMPTY: Content = Content("")
    """What to do first, while there is nothing here."""

    @dataclass
    class Effected(Message):
        """Something was done that stands in the history now, or the effect `undone` was taken back."""

        sentence: str
        undone: int | None = None

    def compose(self) -> ComposeResult:
        yield Static("", classes="name", markup=False)
        yield Static(self.KEYS, classes="keys", markup=False)
        yield Static(self.EMPTY, classes="empty")
        yield from self.contents()
        yield Static("", classes="detail", markup=False)

    def contents(self) -> ComposeResult:
        """The list, or whatever else fills the place."""
        raise NotImplementedError

    def enter(self) -> None:
        """The place is shown: read it anew and take the keys."""
        raise NotImplementedError

    def back(self) -> bool:
        """Leave what is open in the place; False when that is nothing, and the place itself is left."""
        return False

    def read_again(self) -> None:
        """Something changed that may stand here."""
        raise NotImplementedError

    def entitle(self, words: str) -> None:
        say(self.query_one(".name", Static), Content(words))

    def show_detail(self, detail: Content | None) -> None:
        """Say more about the line at the cursor, or with None nothing."""
        line = self.query_one(".detail", Static)
        line.display = detail is not None
        if detail is not None:
            line.update(detail)
