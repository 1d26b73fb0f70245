"""The screen over the real desk: the extractor, the database, the digest."""

from __future__ import annotations

from textual.widgets import Static

from app.desk import LocalDesk
from app.locations import locations
from app.tui.app import LlamaDeskApp
from app.tui.file_list import FileList
from app.tui.sources_pane import SourcesPane
from tests.summary.papers import make_papers
from tests.tui.conftest import until


async def test_a_folder_is_read_asked_about_and_shown_in_its_place(desk_home, tmp_path):
    folder = make_papers(tmp_path / "papers")
    app = LlamaDeskApp(LocalDesk.open(locations(), use_model=False))
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press(*str(folder), "enter")
        await until_done(pilot, app)
        assert {line.name for line in app.screen.query_one(FileList).order.lines} >= {"lease.txt", "photo.jpg"}
        assert "3 of 4 files in full, 1 skipped" in words_on(app)
        await pilot.press(*"When is the deposit returned?", "enter")
        await until_done(pilot, app)
        await pilot.press(*"/source 1", "enter")
        pane = app.screen.query_one(SourcesPane)
        await until(pilot, lambda: "lines" in str(pane.query_one(".place", Static).content))
        assert "lease.txt" in str(pane.query_one(".name", Static).content)


async def until_done(pilot, app) -> None:
    await pilot.pause(0.1)
    while app.desk_screen.jobs.at_work:
        await pilot.pause(0.05)
    await pilot.pause()


def words_on(app) -> str:
    return "\n".join(str(line.content) for line in app.screen.query(Static) if line.display)
