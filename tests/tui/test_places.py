"""The calendar and the activity, driven by keys over a real database."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from textual.widgets import Static

from app.tui.activity_pane import ActivityPane
from app.tui.app import LlamaDeskApp
from app.tui.ask_first import AskFirst
from app.tui.calendar_pane import CalendarPane
from app.tui.paged_list import PAGE_ROWS
from app.tui.place_list import PlaceList
from app.tui.prompt import Prompt
from app.tui.week_view import WeekView
from tests.tui.conftest import until
from tests.tui.diary import EVENTS, NOW, at, fill, open_desk, titles
from tools.calendar import Calendar, new_event
from tools.desk_db import DeskDatabase

WIDE, NARROW = (140, 40), (78, 40)


@pytest.fixture
def open_app(desk_home, monkeypatch):
    """The program over a database in which `events` stand."""
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-25T10:00")

    def make(events=EVENTS) -> LlamaDeskApp:
        fill(desk_home, events)
        return LlamaDeskApp(open_desk())

    return make


def words_on(app) -> str:
    return "\n".join(str(line.content) for line in app.screen.query(Static) if line.display and line.region)


def said(app) -> list[str]:
    return [notification.message for notification in app._notifications]


def drawn(widget) -> str:
    return "\n".join(widget.render_line(y).text for y in range(widget.size.height))


async def in_the_calendar(pilot) -> WeekView:
    await pilot.press("f6")
    view = pilot.app.screen.query_one(WeekView)
    await until(pilot, lambda: view.week is not None and view.has_focus)
    await pilot.pause()
    return view


async def to_the_keys(pilot) -> WeekView:
    """With the cursor on the handing over of the keys."""
    view = await in_the_calendar(pilot)
    await pilot.press("right", "right", "down")
    await until(pilot, lambda: "Hand over the keys" in words_on(pilot.app))
    return view


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_week_of_today_with_the_event_at_the_cursor_in_full(open_app, size):
    async with open_app().run_test(size=size) as pilot:
        view = await to_the_keys(pilot)
        shown, detail = drawn(view), words_on(pilot.app)
        assert "Wed 25 today" in shown or "Wednesday 25 November · today" in shown
        assert all(word in shown for word in ("09:30–10:15 ↻", "16:00–17:00 ?", "15:00–15:30 !", "Dentist"))
        assert "23 – 29 November 2026 · week 48 · 8 events" in detail
        assert "Friday 27 November, 15:00–15:30" in detail
        assert "where     14 Mill Lane" in detail
        assert "with      Ana Keller (accepted), Tomás Ferreira" in detail
        assert "conflicts Dentist 15:15–16:15" in detail
        assert "notes     Bring the deposit receipt and the second key." in detail


async def test_a_repeated_event_says_how_often_and_one_elsewhere_its_own_clock(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        await in_the_calendar(pilot)
        await until(pilot, lambda: "every week on Monday and Wednesday, 12 times" in words_on(pilot.app))
        await pilot.press("right", "down")
        await until(pilot, lambda: "16:00–17:00 (10:00 in America/New_York)" in words_on(pilot.app))
        assert "not certain yet" in words_on(pilot.app)


async def test_weeks_go_by_and_come_back(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        view = await in_the_calendar(pilot)
        for key, first in (
            ("n", date(2026, 11, 30)),
            ("p", date(2026, 11, 23)),
            ("p", date(2026, 11, 16)),
            ("t", date(2026, 11, 23)),
        ):
            await pilot.press(key)
            await until(pilot, lambda first=first: view.week.first == first)
        await pilot.press(*["right"] * 5)
        await until(pilot, lambda: view.week.first == date(2026, 11, 30) and view.week.day == 0)
        await pilot.press("left")
        await until(pilot, lambda: view.week.first == date(2026, 11, 23) and view.week.day == 6)


async def test_a_day_in_words_is_gone_to(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        view = await in_the_calendar(pilot)
        await pilot.press("g")
        assert pilot.app.screen.query_one(Prompt).value == "/calendar "
        await pilot.press(*"24 December", "enter")
        await until(pilot, lambda: view.week.date_of(view.week.day) == date(2026, 12, 24))
        await pilot.press("escape")
        await pilot.press(*"/calendar morgen", "enter")
        await until(pilot, lambda: view.week.date_of(view.week.day) == date(2026, 11, 26))
        assert pilot.app.screen.query_one(CalendarPane).display


async def test_words_that_mean_no_day_are_a_sentence(open_app):
    async with open_app().run_test(size=WIDE, notifications=True) as pilot:
        view = await in_the_calendar(pilot)
        before = view.week
        await pilot.press("g", *"blue cheese", "enter")
        await until(pilot, lambda: any("blue cheese" in one for one in said(pilot.app)))
        assert view.week is before


@pytest.mark.parametrize("no", ["n", "escape", "enter"])
async def test_cancelling_asks_first_and_no_is_the_default(open_app, desk_home, no):
    async with open_app().run_test(size=WIDE) as pilot:
        await to_the_keys(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskFirst))
        assert "n no (default)" in words_on(pilot.app)
        assert "the whole series" not in words_on(pilot.app)
        await pilot.press("space", "q", no)
        await pilot.pause(0.1)
        assert not isinstance(pilot.app.screen, AskFirst)
        assert "Hand over the keys" in titles(desk_home)


async def test_a_cancelled_event_is_one_effect_that_undo_takes_back(open_app, desk_home):
    async with open_app().run_test(size=WIDE, notifications=True) as pilot:
        view = await to_the_keys(pilot)
        await pilot.press("x", "y")
        await until(pilot, lambda: "Hand over the keys" not in drawn(view).replace("\n", " "))
        await until(pilot, lambda: len(view.week.occurrences) == 7)
        assert "Hand over the keys" not in titles(desk_home)
        assert any(one.startswith("Cancelled “Hand over the keys”") for one in said(pilot.app))
        assert "conflicts" not in words_on(pilot.app)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: len(view.week.occurrences) == 8)
        assert "Undone: Cancel “Hand over the keys”." in said(pilot.app)
        assert "Hand over the keys" in titles(desk_home)


@pytest.mark.parametrize(("key", "left"), [("y", 1), ("s", 0)])
async def test_one_of_a_series_or_all_of_it_is_cancelled(open_app, key, left):
    async with open_app().run_test(size=WIDE) as pilot:
        view = await in_the_calendar(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskFirst))
        await pilot.press(key)
        await until(pilot, lambda: sum(one.event.title == "Team meeting" for one in view.week.occurrences) == left)


async def test_an_event_that_is_gone_meanwhile_is_said(open_app, desk_home):
    async with open_app().run_test(size=WIDE, notifications=True) as pilot:
        await to_the_keys(pilot)
        with DeskDatabase.open(desk_home / "desk.sqlite") as other:
            other.journal.undo(3)
        await pilot.press("x", "y")
        sentence = "“Hand over the keys” is no longer in the calendar at that time."
        await until(pilot, lambda: sentence in said(pilot.app))


async def test_the_history_newest_first_and_the_selected_effect_undone(open_app, desk_home):
    async with open_app().run_test(size=WIDE, notifications=True) as pilot:
        await pilot.press("f7")
        effects = pilot.app.screen.query_one(ActivityPane).effects
        await until(pilot, lambda: effects.rows)
        assert [one.summary for one in effects.rows] == [f"Create “{event.title}”" for event in reversed(EVENTS)]
        assert "✓ Mon 23 Nov 10:06" in drawn(effects)
        assert "undone" not in drawn(effects)
        await pilot.press("down", "down", "u")
        await until(pilot, lambda: effects.rows[2].undone_at is not None)
        await until(pilot, lambda: "Undone: Create “Moving to the new flat”." in said(pilot.app))
        assert drawn(effects).splitlines()[2].rstrip().endswith("undone")
        assert "↶" in drawn(effects).splitlines()[2]
        assert "Moving to the new flat" not in titles(desk_home)
        assert "Undone today 10:00." in words_on(pilot.app)
        await pilot.press("u")
        await until(pilot, lambda: any("was undone already" in one for one in said(pilot.app)))


async def test_what_was_changed_later_is_not_undone_and_said(open_app):
    app = open_app()
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_the_keys(pilot)
        await pilot.press("x", "y")
        await pilot.press("f7")
        effects = app.screen.query_one(ActivityPane).effects
        await until(pilot, lambda: len(effects.rows) == 8)
        await pilot.press(*"/undo 3", "enter")
        sentence = (
            "“Create “Hand over the keys”” cannot be undone by itself: what it wrote was changed later by"
            " “Cancel “Hand over the keys””. Undo that first."
        )
        await until(pilot, lambda: sentence in said(app))
        assert all(one.undone_at is None for one in effects.rows)


async def test_undo_from_the_conversation_says_what_was_undone_there(open_app, desk_home):
    async with open_app().run_test(size=WIDE) as pilot:
        await pilot.press(*"half a line", "ctrl+z")
        await until(pilot, lambda: f"Undone: Create “{EVENTS[-1].title}”." in words_on(pilot.app))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone: Create “Call with New York”." in words_on(pilot.app))
        assert len(titles(desk_home)) == len(EVENTS) - 2
        assert pilot.app.screen.query_one(Prompt).value == "half a line"


async def test_nothing_to_undo_is_said(open_app):
    async with open_app(()).run_test(size=WIDE, notifications=True) as pilot:
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "There is nothing to undo." in said(pilot.app))


async def test_a_long_history_comes_page_by_page(open_app, desk_home):
    app = open_app(())
    with DeskDatabase.open(desk_home / "desk.sqlite") as db:
        calendar = Calendar(db, NOW.tzinfo, lambda: NOW)
        for number in range(2 * PAGE_ROWS + 10):
            calendar.create(new_event(f"Event {number}", at(25, 8) + timedelta(days=number)))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("f7")
        effects = app.screen.query_one(ActivityPane).effects
        await until(pilot, lambda: effects.rows)
        assert len(effects.rows) == PAGE_ROWS
        for rows in (2 * PAGE_ROWS, 2 * PAGE_ROWS + 10):
            await pilot.press("end")
            await until(pilot, lambda rows=rows: len(effects.rows) == rows)
        await pilot.press("end")
        ids = [one.id for one in effects.rows]
        assert ids == list(range(2 * PAGE_ROWS + 10, 0, -1))
        assert "Create “Event 0”" in words_on(app)


async def test_the_places_are_reached_from_the_left_column_and_left_by_escape(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        places = pilot.app.screen.query_one(PlaceList)
        await until(pilot, lambda: "1 event today" in drawn(places))
        places.focus()
        await pilot.press("end", "enter")
        await until(pilot, lambda: pilot.app.screen.query_one(ActivityPane).display)
        assert not pilot.app.desk_screen.conversation.display
        assert "▪ Activity" in drawn(places)
        await pilot.press("escape")
        assert pilot.app.desk_screen.conversation.display
        assert isinstance(pilot.app.focused, Prompt)


async def test_a_question_asked_from_a_place_is_answered_in_the_conversation(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        await in_the_calendar(pilot)
        pilot.app.screen.query_one(Prompt).focus()
        await pilot.press(*"What is planned?", "enter")
        await until(pilot, lambda: pilot.app.desk_screen.conversation.display)
        assert not pilot.app.screen.query_one(CalendarPane).display
        assert "What is planned?" in words_on(pilot.app)
        while pilot.app.desk_screen.jobs.at_work:
            await asyncio.sleep(0.02)


async def test_empty_places_say_what_to_do_first(open_app):
    async with open_app(()).run_test(size=NARROW) as pilot:
        await in_the_calendar(pilot)
        await until(pilot, lambda: "Nothing stands in this week." in words_on(pilot.app))
        await pilot.press("x")
        assert not isinstance(pilot.app.screen, AskFirst)
        await pilot.press("f7")
        await until(pilot, lambda: "Nothing was changed yet." in words_on(pilot.app))
        await pilot.press("u")
        await pilot.pause()
        assert pilot.app.is_running
