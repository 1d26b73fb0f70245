"""Which place of the screen is shown, and what is true of all of them when something was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.tui.activity_pane import ActivityPane
from app.tui.calendar_pane import CalendarPane
from app.tui.call_card import CallCard
from app.tui.chats_pane import ChatsPane
from app.tui.entries import Note
from app.tui.inbox_pane import InboxPane
from app.tui.models_pane import ModelsPane
from app.tui.place_list import Place, PlaceList
from app.tui.place_pane import PlacePane
from app.tui.prompt import Prompt
from app.tui.workers import only_latest
from app.wording import count

if TYPE_CHECKING:
    from app.tui.desk_screen import DeskScreen


class Places:
    """The conversation with its sources ("conversation") or one of the other panes in its stead."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self.here: Place = "conversation"

    @property
    def chats(self) -> ChatsPane:
        return self._screen.query_one(ChatsPane)

    @property
    def calendar(self) -> CalendarPane:
        return self._screen.query_one(CalendarPane)

    @property
    def inbox(self) -> InboxPane:
        return self._screen.query_one(InboxPane)

    @property
    def activity(self) -> ActivityPane:
        return self._screen.query_one(ActivityPane)

    @property
    def models(self) -> ModelsPane:
        return self._screen.query_one(ModelsPane)

    def go(self, place: Place) -> None:
        """Show a place and give it the keys; the conversation's are typed at the prompt."""
        self._screen.panes.close_overlay()
        self._show(place)
        pane = self._pane(place)
        if pane is not None:
            pane.enter()
        else:
            waiting = [card for card in self._screen.query(CallCard) if card.waits]
            (waiting[-1] if waiting else self._screen.query_one(Prompt)).focus()

    def look(self, place: Place, words: str) -> None:
        """Show a place, and in it what was asked for."""
        self.go(place)
        if place == "calendar":
            self.calendar.go_to(words)
        elif place == "chats":
            self.chats.search(words)
        elif place == "inbox":
            self.inbox.search(words)

    def show_conversation(self) -> None:
        """Something came that is shown there; the focus stays where it is if it can."""
        if self.here != "conversation":
            focused = self._screen.focused
            self._show("conversation")
            if focused is None or isinstance(focused.parent, PlacePane):
                self._screen.query_one(Prompt).focus()

    def leave(self) -> bool:
        """Leave what is open in the place, then the place; False when the conversation is shown already."""
        pane = self._pane(self.here)
        if pane is None:
            return False
        if not pane.back():
            self.go("conversation")
        return True

    async def say(self, sentence: str) -> None:
        """Say it where the user looks: in the conversation, or over the place that covers it."""
        if self.here == "conversation":
            await self._screen.conversation.add(Note(sentence))
        else:
            self._screen.notify(sentence, markup=False)

    def undo(self, effect_id: int | None = None) -> None:
        """Take an effect back, by default the latest; what was taken back is said."""
        self.activity.run_worker(self.activity.undo(effect_id), group="undo")

    def read_again(self) -> None:
        """Something was done: whatever is shown of it is read anew."""
        self.count()
        pane = self._pane(self.here)
        if pane is not None:
            pane.read_again()

    def count(self) -> None:
        """Say in the left column what waits in each place."""
        only_latest(self._screen, "count", self._count)

    async def _count(self) -> None:
        desk = self._screen.desk
        today = (await desk.now()).date()
        events = len((await desk.events(today, 1)).occurrences)
        open_items = (await desk.inbox_counts()).open_items
        waiting: dict[Place, str] = {
            "inbox": f"{open_items:,} to do" if open_items else "",
            "calendar": f"{count(events, 'event')} today" if events else "",
        }
        for places in self._screen.query(PlaceList):
            places.show_counts(waiting)

    def _show(self, place: Place) -> None:
        self.here = place
        self._screen.set_class(place != "conversation", "-elsewhere")
        here = self._pane(place)
        for pane in self._screen.query(PlacePane):
            pane.set_class(pane is here, "-here")
        self._screen.query_one(PlaceList).show_here(place)

    def _pane(self, place: Place) -> PlacePane | None:
        return {
            "chats": self.chats,
            "inbox": self.inbox,
            "calendar": self.calendar,
            "models": self.models,
            "activity": self.activity,
        }.get(place)
