"""What the screen looks like. After a wanted change: `pytest tests/tui/test_snapshots.py --snapshot-update`."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList, Static

from app.model_choice import ModelChoice
from app.tui.activity_pane import ActivityPane
from app.tui.app import LlamaDeskApp
from app.tui.inbox_pane import InboxPane
from app.tui.model_lines import ModelLines
from app.tui.prompt import Prompt
from app.tui.sentence_list import SentenceRow
from app.tui.week_view import WeekView
from tests.tui.conftest import FOLDER, until
from tests.tui.diary import EVENTS, fill, open_desk
from tests.tui.lease_story import lease_desk, paused_desk
from tests.tui.model_story import models_desk
from tests.tui.post import fill_inbox

SMALL, MIDDLE, WIDE, LARGE = (80, 24), (110, 30), (140, 40), (200, 60)
small, middle, wide, large = (pytest.param(size, id=f"{size[0]}x{size[1]}") for size in (SMALL, MIDDLE, WIDE, LARGE))


async def still(pilot) -> None:
    """Nothing blinks any more."""
    pilot.app.screen.query_one(Prompt).cursor_blink = False
    await pilot.pause()


async def until_done(pilot) -> None:
    await still(pilot)
    while pilot.app.desk_screen.jobs.at_work:
        await pilot.pause(0.02)
    await pilot.pause()


async def with_a_source_open(pilot) -> None:
    await until_done(pilot)
    pilot.app.screen.query(SentenceRow)[1].open_source()
    await until(pilot, lambda: "page 2" in str(pilot.app.screen.query_one(".place", Static).content))
    await pilot.pause()


async def with_the_help_open(pilot) -> None:
    await still(pilot)
    await pilot.press("f1")
    await pilot.pause()


async def in_the_middle(pilot) -> None:
    await still(pilot)
    await until(pilot, lambda: "back within" in str(pilot.app.screen.query_one(".draft", Static).content))
    await pilot.pause()


@pytest.fixture
def diary_app(desk_home, monkeypatch):
    """The program over a real database in which `events` stand, on a Wednesday morning."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-25T10:00")

    def make(events=EVENTS) -> LlamaDeskApp:
        fill(desk_home, events)
        return LlamaDeskApp(open_desk())

    return make


async def in_the_calendar(pilot) -> None:
    await still(pilot)
    await pilot.press("f6")
    await until(pilot, lambda: pilot.app.screen.query_one(WeekView).week is not None)
    await pilot.press("right", "right", "down")
    await counted(pilot)


async def asked_before_cancelling(pilot) -> None:
    await in_the_calendar(pilot)
    await pilot.press("left", "left", "x")
    await pilot.pause()


async def in_the_activity(pilot) -> None:
    """With one effect undone."""
    await still(pilot)
    await pilot.press("f7")
    effects = pilot.app.screen.query_one(ActivityPane).effects
    await until(pilot, lambda: effects.rows or effects.complete)
    if effects.rows:
        await pilot.press("down", "u")
        await until(pilot, lambda: effects.rows[1].undone_at is not None)
    await counted(pilot)


async def in_the_inbox(pilot) -> None:
    await still(pilot)
    await pilot.press("f5")
    pane = pilot.app.screen.query_one(InboxPane)
    await until(pilot, lambda: pane.messages.complete)
    await counted(pilot)


async def in_a_message(pilot) -> None:
    await in_the_inbox(pilot)
    await pilot.press("enter")
    await counted(pilot)


async def at_what_is_to_be_done(pilot) -> None:
    """With one item ticked."""
    await in_the_inbox(pilot)
    await pilot.press("i")
    await until(pilot, lambda: pilot.app.screen.query_one(InboxPane).items.rows)
    await pilot.press("down", "space")
    await counted(pilot)


async def counted(pilot) -> None:
    """What runs beside the screen is done, but for the watches over engine and folders, and what it said has gone."""
    while any(worker.is_running for worker in pilot.app.workers if worker.group not in ("engine", "folders")):
        await pilot.pause(0.02)
    pilot.app.clear_notifications()
    await pilot.pause()


@pytest.fixture
def inbox_app(diary_app, desk_home):
    """The program over a real database with a few messages."""

    def make() -> LlamaDeskApp:
        fill_inbox(desk_home)
        return LlamaDeskApp(open_desk())

    return make


@pytest.mark.parametrize("size", [small, wide])
def test_inbox(snap_compare, inbox_app, size):
    assert snap_compare(inbox_app(), terminal_size=size, run_before=in_the_inbox)


@pytest.mark.parametrize("size", [small, wide])
def test_inbox_empty(snap_compare, diary_app, size):
    assert snap_compare(diary_app(()), terminal_size=size, run_before=in_the_inbox)


def test_a_message(snap_compare, inbox_app):
    assert snap_compare(inbox_app(), terminal_size=SMALL, run_before=in_a_message)


@pytest.mark.parametrize("size", [small, wide])
def test_to_do(snap_compare, inbox_app, size):
    assert snap_compare(inbox_app(), terminal_size=size, run_before=at_what_is_to_be_done)


@pytest.mark.parametrize("size", [small, wide])
@pytest.mark.parametrize("events", [EVENTS, ()], ids=["filled", "empty"])
def test_calendar(snap_compare, diary_app, size, events):
    assert snap_compare(diary_app(events), terminal_size=size, run_before=in_the_calendar)


@pytest.mark.parametrize("size", [small, wide])
@pytest.mark.parametrize("events", [EVENTS, ()], ids=["filled", "empty"])
def test_activity(snap_compare, diary_app, size, events):
    assert snap_compare(diary_app(events), terminal_size=size, run_before=in_the_activity)


def test_asked_before_cancelling(snap_compare, diary_app):
    assert snap_compare(diary_app(), terminal_size=SMALL, run_before=asked_before_cancelling)


@pytest.mark.parametrize("size", [small, middle, large])
def test_empty(snap_compare, make_app, size):
    assert snap_compare(make_app(lease_desk()), terminal_size=size, run_before=still)


def test_running(snap_compare, make_app):
    assert snap_compare(make_app(paused_desk(), opened=True), terminal_size=MIDDLE, run_before=in_the_middle)


@pytest.mark.parametrize("size", [small, middle, large])
def test_finished(snap_compare, make_app, size):
    assert snap_compare(make_app(lease_desk(), opened=True), terminal_size=size, run_before=until_done)


@pytest.mark.parametrize("size", [small, large])
def test_a_source_open(snap_compare, make_app, size):
    assert snap_compare(make_app(lease_desk(), opened=True), terminal_size=size, run_before=with_a_source_open)


def test_help(snap_compare, make_app):
    assert snap_compare(make_app(lease_desk()), terminal_size=SMALL, run_before=with_the_help_open)


def test_without_colour(snap_compare, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(LlamaDeskApp(lease_desk(), folder=FOLDER), terminal_size=MIDDLE, run_before=until_done)


async def in_the_models(pilot) -> None:
    await still(pilot)
    await pilot.press("f10")
    await until(pilot, lambda: pilot.app.screen.query_one(ModelLines).line_count())
    await pilot.press("down", "down")
    await counted(pilot)


async def asked_before_a_download(pilot) -> None:
    await in_the_models(pilot)
    await pilot.press("d")
    await counted(pilot)


async def in_a_download(pilot) -> None:
    await asked_before_a_download(pilot)
    await pilot.press("u")
    await until(pilot, lambda: pilot.app.desk.pauses)
    await pilot.pause()


@pytest.mark.parametrize("size", [small, wide])
@pytest.mark.parametrize("step", [in_the_models, asked_before_a_download, in_a_download])
def test_the_models(snap_compare, make_app, size, step):
    assert snap_compare(make_app(models_desk()), terminal_size=size, run_before=step)


async def with_the_models_listed(pilot) -> None:
    await still(pilot)
    await pilot.press(*"/model", "enter")
    await until(pilot, lambda: isinstance(pilot.app.focused, OptionList) and pilot.app.focused.options)
    await pilot.pause()


@pytest.mark.parametrize("size", [small, middle])
def test_models(snap_compare, make_app, size):
    desk = lease_desk()
    desk.choices = (
        ModelChoice("llama-3.2-1b-instruct-q4_k_m", "llama-3.2-1b-instruct-q4_k_m.gguf", 807_694_464, True),
        ModelChoice("llama-3.2-3b-instruct-q4_k_m", "llama-3.2-3b-instruct-q4_k_m.gguf", 2_019_377_696, False),
        ModelChoice("pocket", "pocket", 9_300_000, False),
    )
    assert snap_compare(make_app(desk), terminal_size=size, run_before=with_the_models_listed)
