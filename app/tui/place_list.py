"""The places of the screen, at the top of the left column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message

from app.tui.cursor_list import CursorList, fitted

Place = Literal["conversation", "chats", "inbox", "calendar", "models", "activity"]
PLACES: dict[Place, str] = {
    "conversation": "Conversation",
    "chats": "Chats",
    "inbox": "Inbox",
    "calendar": "Calendar",
    "models": "Models",
    "activity": "Activity",
}


class PlaceList(CursorList):
    """One line for each place, with what waits there; Enter goes to it."""

    DEFAULT_CSS = """
    PlaceList { height: auto; border-bottom: solid $line; }
    """

    @dataclass
    class Wanted(Message):
        place: Place

    def __init__(self) -> None:
        super().__init__()
        self._places = tuple(PLACES)
        self._here: Place = "conversation"
        self._counts: dict[Place, str] = {}
        self.styles.height = len(PLACES) + 1

    def show_here(self, place: Place) -> None:
        self._here = place
        self.cursor = self._places.index(place)
        self.refresh()

    def show_counts(self, counts: dict[Place, str]) -> None:
        """Those of the places that are named; the others stay."""
        self._counts = self._counts | counts
        self.refresh()

    def line_count(self) -> int:
        return len(self._places)

    def chosen(self, index: int) -> None:
        self.post_message(self.Wanted(self._places[index]))

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        place = self._places[index]
        here = place == self._here
        waiting = self._counts.get(place, "")
        mark = "›" if at_cursor else " "
        room = self.size.width - cell_len(waiting) - 4
        return [
            Segment(f"{mark}{'▪' if here else ' '} ", self.style("strong", at_cursor=at_cursor)),
            Segment(fitted(PLACES[place], room), self.style("strong" if here else "", at_cursor=at_cursor)),
            Segment(f"{waiting} ", self.style("quiet", at_cursor=at_cursor)),
        ]
