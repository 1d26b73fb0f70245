"""The watch over the indexed folders: silent while all is well, one sentence when something fails."""

from __future__ import annotations

from tests.tui.conftest import until
from tests.tui.fake_desk import FakeDesk


async def test_a_failure_is_said_once_and_markup_in_it_is_text(make_app):
    sentence = (
        "The indexed folder /papers/[red]x is not there. Bring it back, or forget it with llama-desk index remove."
    )
    app = make_app(FakeDesk(folder_problems=[sentence]))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: len(app._notifications) > 0)
        assert [notification.message for notification in app._notifications] == [sentence]


async def test_nothing_is_said_while_all_is_well(make_app):
    app = make_app(FakeDesk())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause(0.2)
        assert len(app._notifications) == 0
