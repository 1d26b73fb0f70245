"""What the tests of the screen share."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.tui.app import LlamaDeskApp
from tests.tui.fake_desk import FakeDesk

FOLDER = Path("/papers")


@pytest.fixture
def make_app(monkeypatch):
    """An app over a desk, as it looks on any machine: colours on, the folder "papers" open if asked for."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")

    def make(desk: FakeDesk, *, opened: bool = False) -> LlamaDeskApp:
        return LlamaDeskApp(desk, folder=FOLDER if opened else None)

    return make


async def until(pilot, condition) -> None:
    """Wait for what the screen will show; a slow machine only makes it longer."""
    for _ in range(600):
        await pilot.pause(0.02)
        if condition():
            return
    raise AssertionError("it was not shown in time")
