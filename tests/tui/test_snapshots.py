"""What the screen looks like. After a wanted change: `pytest tests/tui/test_snapshots.py --snapshot-update`."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from app.tui.app import LlamaDeskApp
from app.tui.prompt import Prompt
from app.tui.sentence_list import SentenceRow
from tests.tui.conftest import FOLDER, until
from tests.tui.lease_story import lease_desk, paused_desk

SMALL, MIDDLE, LARGE = (80, 24), (110, 30), (200, 60)
small, middle, large = (pytest.param(size, id=f"{size[0]}x{size[1]}") for size in (SMALL, MIDDLE, LARGE))


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
