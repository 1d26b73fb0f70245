"""The calendar: a week of events, the one at the cursor in full, and the ways to other weeks."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from app.calendar_wording import when_said
from app.day_words import days_between, monday_of
from app.desk_api import Desk
from app.tui.ask_first import AskFirst
from app.tui.event_detail import event_detail
from app.tui.place_pane import PlacePane
from app.tui.terminal_safety import one_line
from app.tui.week import DAYS, Week
from app.tui.week_view import WeekView
from app.tui.workers import only_latest
from app.wording import count, joined
from tools.calendar import Occurrence


class CalendarPane(PlacePane):
    """Shows and cancels; events are made and moved by asking for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,pagedown,right_square_bracket", "week(1)", "Next week", show=False),
        Binding("p,pageup,left_square_bracket", "week(-1)", "Week before", show=False),
        Binding("t,home", "today", "Today", show=False),
        Binding("g", "screen.begin('/calendar ')", "Go to a date", show=False),
        Binding("x,delete", "cancel_selected", "Cancel the event", show=False),
    ]
    KEYS = "p n week · t today · g date · x cancel · esc back"
    EMPTY = Content.assemble(
        ("Nothing stands in this week.\n\n", "bold"),
        "To plan something, say it below, for example ",
        ("dinner with Ana on Friday at 7pm", "$accent"),
        ". The calendars of other programs come in as files: ",
        ("llama-desk calendar import FILE", "$accent"),
        ".",
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._today = date.min

    def contents(self) -> ComposeResult:
        yield WeekView()

    @property
    def view(self) -> WeekView:
        return self.query_one(WeekView)

    def on_mount(self) -> None:
        self.entitle("Calendar")

    def enter(self) -> None:
        self.view.focus()
        self.read_again()

    def read_again(self) -> None:
        """The same week anew, or at first the one of today."""
        week = self.view.week
        self._read(None if week is None else week.date_of(week.day), week.selected if week is not None else None)

    def go_to(self, words: str) -> None:
        """Show the week of the day that `words` mean; the app says in a sentence when they mean none."""
        only_latest(self, "week", partial(self._go_to, words))

    def action_week(self, step: int) -> None:
        if (week := self.view.week) is not None:
            self._read(week.date_of(week.day) + timedelta(days=DAYS * step))

    def action_today(self) -> None:
        self._read(None)

    def action_cancel_selected(self) -> None:
        occurrence = self.view.week.selected if self.view.week is not None else None
        if occurrence is None:
            self.notify("There is no event on this day.", markup=False)
            return
        series = occurrence.recurrence_id is not None
        choices = {"y": "only this one", "s": "the whole series"} if series else {"y": "cancel it"}
        question = Content.assemble(
            (one_line(occurrence.event.title), "bold"), f"\n{when_said(occurrence, self._today)}"
        )
        self.app.push_screen(AskFirst("Cancel this event?", question, choices), partial(self._answered, occurrence))

    def on_week_view_selected(self, event: WeekView.Selected) -> None:
        event.stop()
        week = self.view.week
        occurrence = week.selected if week is not None else None
        if week is None or occurrence is None:
            self.show_detail(None)
        else:
            self.show_detail(event_detail(occurrence, week.collisions(occurrence), self._today))

    def on_week_view_week_wanted(self, event: WeekView.WeekWanted) -> None:
        event.stop()
        if (week := self.view.week) is not None:
            self._read(week.date_of(week.day) + timedelta(days=event.step))

    def _answered(self, occurrence: Occurrence, answer: str | None) -> None:
        if answer:
            self.run_worker(self._cancel(occurrence, whole_series=answer == "s"), group="cancel")

    async def _cancel(self, occurrence: Occurrence, *, whole_series: bool) -> None:
        await self._desk.cancel_event(occurrence, whole_series=whole_series)
        which = ", the whole series" if whole_series else f", {when_said(occurrence, self._today)}"
        self.post_message(self.Effected(f"Cancelled “{one_line(occurrence.event.title)}”{which}. ^Z takes it back."))

    def _read(self, day: date | None, selected: Occurrence | None = None) -> None:
        only_latest(self, "week", partial(self._show, day, selected))

    async def _go_to(self, words: str) -> None:
        await self._show(await self._desk.day_said(words))

    async def _show(self, day: date | None, selected: Occurrence | None = None) -> None:
        """Show the week of `day`, or of today, with the cursor on that day or on what was selected."""
        now = await self._desk.now()
        self._today = now.date()
        day = day or self._today
        first = monday_of(day)
        listing = await self._desk.events(first, DAYS)
        week = Week(first, listing.occurrences)
        week.go_to((day - first).days)
        if selected is not None:
            week.select(selected)
        events = count(len(listing.occurrences), "event") if listing.occurrences else ""
        cut = f"not all shown of {one_line(listing.cut[0])}" if listing.cut else ""
        number = f"week {first.isocalendar().week}"
        self.entitle(joined(f"{days_between(first, week.last)}", number, events, cut))
        self.set_class(not listing.occurrences, "-empty")
        self.view.show(week, self._today)
