"""Changing the model on the screen."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList

from app.model_choice import ModelChoice
from app.tui.header import Header
from app.tui.model_picker import ModelPicker
from app.tui.prompt import Prompt
from tests.adapters import make_lora
from tests.models import make_tiny_llama
from tests.tui.conftest import until
from tests.tui.fake_desk import FakeDesk
from tests.tui.lease_story import lease_desk, paused_desk
from tests.tui.test_screen import settle, words_on

CHOICES = (
    ModelChoice("first", "first.gguf", 808_000_000, True),
    ModelChoice("\x1b[31mgood\n", "good", 2_019_000_000, False),
    ModelChoice("pocket", "pocket", 9_300_000, False),
)


def header_of(app) -> str:
    return str(app.desk_screen.query_one(Header).render())


def with_choices(desk: FakeDesk) -> FakeDesk:
    desk.choices = CHOICES
    return desk


async def test_a_model_is_picked_from_the_list_and_the_conversation_stays(make_app):
    desk = with_choices(lease_desk())
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await settle(pilot, pilot.app)
        await pilot.press(*"When?", "enter")
        await settle(pilot, pilot.app)
        await pilot.press(*"/model", "enter")
        await until(
            pilot, lambda: pilot.app.screen.query(OptionList) and pilot.app.screen.query_one(OptionList).options
        )
        lines = [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]
        assert lines == [
            "• first  808 MB · in use",
            "  \ufffd[31mgood  2.0 GB",
            "  pocket  9 MB · our own, which can do little",
        ]
        await pilot.press("down", "enter")
        await until(pilot, lambda: "The good model" in header_of(pilot.app))
        assert desk.used_models == ["good"]
        text = words_on(pilot.app)
        assert "The good model answers from now on" in text
        assert "When?" in text
        assert desk.forgotten == 0
        assert isinstance(pilot.app.focused, Prompt)


@pytest.mark.parametrize("keys", [("escape",), ("enter",)], ids=["left", "the one in use"])
async def test_nothing_changes_without_a_choice(make_app, keys):
    desk = with_choices(lease_desk())
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"/model", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, OptionList) and pilot.app.focused.options)
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(pilot.app.screen, ModelPicker))
        assert desk.used_models == []


async def test_a_model_can_be_named_and_the_work_is_stopped_first(make_app):
    desk = paused_desk()
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: desk.pauses)
        await pilot.press(*"/model good", "enter")
        await until(pilot, lambda: desk.stopped)
        await until(pilot, lambda: "The good model answers from now on" in words_on(pilot.app))
        assert "Stopped. What is done is kept" in words_on(pilot.app)


async def test_one_that_cannot_be_used_is_a_sentence_and_stops_nothing(make_app):
    desk = paused_desk()
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: desk.pauses)
        before = header_of(pilot.app)
        await pilot.press(*"/model bad one", "enter")
        await until(pilot, lambda: "There is no model 'bad one'. Name another." in words_on(pilot.app))
        assert desk.used_models == ["bad one"]
        assert desk.stopped == 0
        assert pilot.app.desk_screen.jobs.at_work
        assert header_of(pilot.app) == before


async def test_a_real_desk_changes_its_model(make_app, desk_home):
    from app.desk import LocalDesk
    from app.locations import locations

    places = locations().make()
    for seed, name in enumerate(("a", "b")):
        make_tiny_llama(places.models / f"{name}.gguf", seed=seed)
    desk = LocalDesk.open(places)
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"/model", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, OptionList) and pilot.app.focused.options)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "answers from now on" in words_on(pilot.app))
        assert [choice.name for choice in await desk.models() if choice.in_use] == ["b"]
        await pilot.press(*"/model a", "enter")
        await until(pilot, lambda: words_on(pilot.app).count("answers from now on") == 2)
        assert [choice.name for choice in await desk.models() if choice.in_use] == ["a"]


async def test_an_adapter_changes_the_model_on_the_screen(make_app, desk_home):
    from app.desk import LocalDesk
    from app.locations import locations

    places = locations().make()
    make_tiny_llama(places.models / "a.gguf")
    make_lora(places.models / "style.gguf")
    async with make_app(LocalDesk.open(places)).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"/adapter style", "enter")
        await until(pilot, lambda: "style changes the model from now on, until you leave." in words_on(pilot.app))
        assert "+ style" in header_of(pilot.app)
        await pilot.press(*"/adapter a", "enter")
        await until(pilot, lambda: "a.gguf is not an adapter but a model of its own." in words_on(pilot.app))
        assert "+ style" in header_of(pilot.app)
        await pilot.press(*"/adapter none", "enter")
        await until(pilot, lambda: "No adapter changes the model from now on" in words_on(pilot.app))
        assert "+ style" not in header_of(pilot.app)


async def test_an_adapter_that_cannot_be_used_stops_nothing(make_app):
    desk = paused_desk()
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: desk.pauses)
        await pilot.press(*"/adapter other", "enter")
        await until(pilot, lambda: "There is no adapter 'other'. Name another." in words_on(pilot.app))
        assert desk.stopped == 0
        await pilot.press(*"/adapter good", "enter")
        await until(pilot, lambda: desk.stopped)
