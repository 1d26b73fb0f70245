"""`llama-desk` alone: the screen."""

from __future__ import annotations

import asyncio
import os
import sys

from app.desk import LocalDesk
from app.locations import locations
from app.right_of_way import FirstLoop


def open_screen(model: str | None) -> None:
    """Run the terminal screen until the user leaves it."""
    # Read by Textual when it is imported. What a key changes just after a frame is drawn one or two frame times later:
    # with Textual's own 60 frames a second that is up to 33 ms. A frame is drawn only when something changed.
    os.environ.setdefault("TEXTUAL_FPS", "200")
    from app.tui.app import LlamaDeskApp

    app = LlamaDeskApp(LocalDesk.open(locations(), model=model, keep_chats=True))
    # On Windows, only its own loop can talk to processes.
    with asyncio.Runner(loop_factory=None if sys.platform == "win32" else FirstLoop) as runner:
        runner.run(app.run_async())
