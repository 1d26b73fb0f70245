"""Make the README's picture: the real screen over a small folder, exported as SVG.

uv run python packaging/screenshot.py [--model FILE] [--size 120x34] packaging/screen.svg
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from app.desk import LocalDesk
from app.locations import locations
from app.tui.app import LlamaDeskApp
from app.tui.call_card import CallCard
from app.tui.jobs import Jobs

PAPERS = {
    "lease.txt": (
        "Lease\n\nThe landlord is Maria Keller. The tenant is Jonas Weber. The rent is 950 euros a month and is due on"
        " the third day of each month.\n\nThe deposit of 1,900 euros shall be returned within thirty (30) days after"
        " the keys are handed over, less the cost of cleaning. The tenant hands over the keys on 27 November 2026.\n"
    ),
    "letters/heating.md": (
        "Dear Mr Weber,\n\nthank you for your letter of 3 May. The heating was repaired by Brandt GmbH on 9 May 2026."
        " The invoice of 240.50 euros will be paid by the landlord.\n\nKind regards,\nMaria Keller\n"
    ),
    "minutes.txt": (
        "Meeting of the house community\n\nPresent were Keller, Weber and Okafor. The roof will be repaired in spring."
        " Ms Okafor asks three firms for offers by 15 January 2027. The next meeting is on 2 February 2027 at 18:00.\n"
    ),
    "photo.jpg": "",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--size", default="120x34")
    arguments = parser.parse_args()
    columns, rows = map(int, arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LLAMA_DESK_HOME"] = str(Path(scratch) / "home")
        os.environ["LLAMA_DESK_NOW"] = "2026-11-21T09:30"
        folder = Path(scratch) / "flat"
        for name, text in PAPERS.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        svg = asyncio.run(picture(folder, arguments.model, (columns, rows)))
    arguments.picture.write_text(svg)


async def picture(folder: Path, model: str | None, size: tuple[int, int]) -> str:
    app = LlamaDeskApp(LocalDesk.open(locations(), model=model))
    async with app.run_test(size=size) as pilot:
        for line in (f"/summarise {folder}", "When is the deposit returned?", "/source 1"):
            await pilot.press(*line, "enter")
            await until_idle(pilot, app.desk_screen.jobs)
        await pilot.press(*"Schedule a handover with Maria on 27 November at 3pm", "enter")
        while not app.screen.query(CallCard):  # which waits for a yes
            await pilot.pause(0.1)
        await pilot.pause(0.5)
        return app.export_screenshot(title="llama-desk")


async def until_idle(pilot: Pilot[None], jobs: Jobs) -> None:
    await pilot.pause(0.5)
    while jobs.at_work:
        await pilot.pause(0.1)
    await pilot.pause(0.5)


if __name__ == "__main__":
    main()
