"""`llama-desk` alone: the screen."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from functools import partial

from app.clock import now, user_zone
from app.daily_backup import DailyBackup
from app.desk import LocalDesk
from app.errors import DeskError
from app.locations import locations
from app.right_of_way import FirstLoop
from app.settings import load_settings
from app.start_trace import mark
from tools.desk_db.occupancy import only_screen


def open_screen(model: str | None, adapters: Sequence[str] = ()) -> None:
    """Run the terminal screen until the user leaves it.

    Raises `InUse` when another process is the screen of this data folder, DeskError where there is no terminal.
    """
    # Textual draws where errors go, but for Windows. Where that leads elsewhere there is nothing to see or to press.
    if not (sys.stdin.isatty() and (sys.stdout if sys.platform == "win32" else sys.stderr).isatty()):
        raise DeskError(
            "The screen needs a terminal, and its input or output leads elsewhere.",
            title="No terminal",
            hint="Start llama-desk alone in a terminal, or name a command; --help lists them.",
        )
    with only_screen(locations().make().database):
        _run_screen(model, adapters)


def _run_screen(model: str | None, adapters: Sequence[str]) -> None:
    # Read by Textual when it is imported. What a key changes just after a frame is drawn one or two frame times later:
    # with Textual's own 60 frames a second that is up to 33 ms. A frame is drawn only when something changed.
    os.environ.setdefault("TEXTUAL_FPS", "200")
    from app.tui.app import LlamaDeskApp

    mark("the screen is imported")
    places = locations()
    zone = user_zone(load_settings(places.settings))
    app = LlamaDeskApp(LocalDesk.open(places, model=model, adapters=adapters, keep_chats=True))

    mark("the desk is open")

    def report(sentence: str) -> None:
        app.call_later(partial(app.notify, sentence, title="No backup", severity="error", timeout=20, markup=False))

    backup = DailyBackup(places, lambda: now(zone), report)
    backup.start()
    # On Windows, only its own loop can talk to processes.
    with asyncio.Runner(loop_factory=None if sys.platform == "win32" else FirstLoop) as runner:
        try:
            runner.run(app.run_async())
        finally:
            backup.close()
