"""The models' place: looked through, used, downloaded after a question, stopped, verified."""

from __future__ import annotations

import time

import pytest

from app.desk import LocalDesk
from app.errors import DeskError
from app.locations import locations
from app.model_verification import Verified
from app.tui.ask_first import AskFirst
from app.tui.download_line import DownloadLine
from app.tui.model_lines import ModelLines
from app.tui.models_pane import ModelsPane
from app.tui.place_list import PlaceList
from app.tui.prompt import Prompt
from runtime.fetch.events import Fetched, Progress
from runtime.manifest import load_manifest
from tests.model_caches import only_caches_in
from tests.models import make_tiny_llama
from tests.tui.conftest import until
from tests.tui.fake_desk import Pause
from tests.tui.model_story import HALF, RESTRICTION, models_desk
from tests.tui.test_places import drawn, said
from tests.tui.test_screen import words_on

SIZE = (140, 40)
FETCHED = Fetched(file="small.gguf", size=1, sha256="a" * 64, verified=True)


async def at(pilot, model_id: str) -> ModelLines:
    """In the place, with the cursor on that model."""
    await pilot.press(*"/models", "enter")
    lines = pilot.app.screen.query_one(ModelLines)
    await until(pilot, lambda: lines.at_cursor() is not None)
    while (row := lines.at_cursor()) and row.model.id != model_id:
        before = lines.cursor
        await pilot.press("down")
        assert lines.cursor != before, f"{model_id} is not in the list"
    await pilot.pause()
    return lines


async def asked(pilot, model_id: str) -> str:
    await at(pilot, model_id)
    await pilot.press("d")
    await until(pilot, lambda: isinstance(pilot.app.screen, AskFirst))
    return words_on(pilot.app)


async def test_each_model_says_whether_it_fits_and_the_one_at_the_cursor_everything(make_app):
    async with make_app(models_desk()).run_test(size=SIZE) as pilot:
        lines = await at(pilot, "seeing")
        shown = drawn(lines)
        assert "• Pocket" in shown
        assert "in use" in shown
        assert shown.index("On this machine") < shown.index("Of other programs") < shown.index("To be had")
        assert "no use" in shown
        assert "does not run here" in words_on(pilot.app)
        assert "Take large instead." in words_on(pilot.app)
        await pilot.press("up")
        await until(pilot, lambda: "From: huggingface.co, org/Llama-GGUF" in words_on(pilot.app))
        text = words_on(pilot.app)
        assert RESTRICTION in text
        assert "Free there: 20.0 GB" in text
        assert "1.1 GB at 4k" in text
        assert "Hash: known" in text


async def test_enter_uses_one_that_is_here_and_explains_why_not_with_others(make_app):
    desk = models_desk()
    async with make_app(desk).run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot, "small")
        await pilot.press("enter")
        await until(pilot, lambda: "not on this machine yet: d downloads it" in words_on(pilot.app))
        await at(pilot, "seeing")
        await pilot.press("enter")
        await until(pilot, lambda: "Seeing does not run here" in words_on(pilot.app))
        assert desk.used_models == []
        await pilot.press("home")
        await at(pilot, "found")
        await pilot.press("enter")
        await until(pilot, lambda: any("The good model answers from now on" in one for one in said(pilot.app)))
        assert desk.used_models == ["good"]


@pytest.mark.parametrize("no", ["n", "escape", "enter"])
async def test_a_download_says_first_what_it_asks_and_no_is_the_default(make_app, no):
    desk = models_desk()
    async with make_app(desk).run_test(size=SIZE) as pilot:
        text = await asked(pilot, "small")
        for word in ("808 MB", "Community License", RESTRICTION, "huggingface.co", "/home/ana/models", "20.0 GB"):
            assert word in text
        await pilot.press(no)
        await until(pilot, lambda: not isinstance(pilot.app.screen, AskFirst))
        assert desk.downloads == []


async def test_a_download_shows_how_far_it_is_and_ends_with_what_to_do(make_app):
    desk = models_desk(HALF, Pause(), FETCHED)
    async with make_app(desk).run_test(size=SIZE) as pilot:
        await asked(pilot, "small")
        await pilot.press("y")
        line = pilot.app.screen_stack[0].query_one(DownloadLine)
        await until(pilot, lambda: desk.pauses)
        await pilot.pause()
        assert "404 MB of 808 MB · 12 MB/s · about 34 s left" in str(line.render())
        assert "50 %" in drawn(pilot.app.screen.query_one(PlaceList))
        await pilot.press("d")
        await until(pilot, lambda: "One thing at a time" in words_on(pilot.app))
        desk.go_on()
        await until(pilot, lambda: "Small is here, its SHA-256 is the listed one: enter uses it" in words_on(pilot.app))
        assert desk.downloads == [("small", False)]
        assert not line.display
        assert "%" not in drawn(pilot.app.screen.query_one(PlaceList))


async def test_without_a_known_hash_only_a_yes_of_its_own_downloads(make_app):
    desk = models_desk()
    async with make_app(desk).run_test(size=SIZE) as pilot:
        assert "cannot be checked" in await asked(pilot, "large")
        await pilot.press("y")
        await pilot.pause()
        assert desk.downloads == []
        await pilot.press("u")
        await until(pilot, lambda: desk.downloads == [("large", True)])


async def test_escape_stops_a_download_at_once_and_says_that_the_part_is_kept(make_app):
    desk = models_desk()
    async with make_app(desk).run_test(size=SIZE) as pilot:
        await asked(pilot, "small")
        await pilot.press("y")
        await until(pilot, lambda: desk.pauses)
        begun = time.monotonic()
        await pilot.press("escape")
        while not desk.stopped:
            await pilot.pause(0.005)
        assert time.monotonic() - begun < 0.2
        await until(pilot, lambda: "Stopped. What arrived is kept" in words_on(pilot.app))
        assert pilot.app.screen.query_one(ModelsPane).display
        await pilot.press("escape")
        assert isinstance(pilot.app.focused, Prompt)


async def test_a_failure_is_a_sentence_also_for_who_has_gone_elsewhere(make_app):
    failure = DeskError("There is no network.", hint="Try again.")
    desk = models_desk(Progress(state="asking"), Pause(), failure)
    async with make_app(desk).run_test(size=SIZE) as pilot:
        await asked(pilot, "small")
        await pilot.press("y")
        await until(pilot, lambda: desk.pauses)
        await pilot.press(*"/conversation", "enter")
        desk.go_on()
        await until(pilot, lambda: "There is no network. Try again." in words_on(pilot.app))


async def test_one_that_is_here_is_verified(make_app):
    right = Verified(name="Pocket", path="/app/p.gguf", status="right", sha256="a" * 64)
    async with make_app(models_desk(right)).run_test(size=SIZE) as pilot:
        await at(pilot, "pocket")
        await pilot.press("v")
        await until(pilot, lambda: "Pocket: its SHA-256 is right." in words_on(pilot.app))


async def test_a_real_desk_lists_verifies_and_cannot_download_without_its_launcher(
    make_app, desk_home, tmp_path, monkeypatch
):
    only_caches_in(tmp_path, monkeypatch)
    places = locations().make()
    make_tiny_llama(places.models / "mine.gguf")
    desk = LocalDesk.open(places)
    async with make_app(desk).run_test(size=SIZE) as pilot:
        lines = await at(pilot, "mine.gguf")
        row = lines.at_cursor()
        assert row is not None
        assert row.in_use
        await pilot.press("v")
        await until(pilot, lambda: "nobody says what it must be" in words_on(pilot.app))
        await asked(pilot, load_manifest()[0].id)
        assert load_manifest()[0].restriction in words_on(pilot.app)
        await pilot.press("y")
        await until(pilot, lambda: "was not started by its launcher" in words_on(pilot.app))


async def test_the_reading_of_a_real_file_can_be_stopped(desk_home, tmp_path, monkeypatch):
    only_caches_in(tmp_path, monkeypatch)
    places = locations().make()
    (places.models / "big.gguf").touch()
    with (places.models / "big.gguf").open("wb") as file:
        file.truncate(20 * 10**9)
    desk = LocalDesk.open(places, use_model=False)
    steps = desk.verify_model("big")
    first = await anext(steps)
    assert isinstance(first, Progress)
    begun = time.monotonic()
    await steps.aclose()
    assert time.monotonic() - begun < 0.2
    await desk.close()
