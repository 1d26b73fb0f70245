"""`llama-desk` alone: the screen."""

from __future__ import annotations

from app.desk import LocalDesk
from app.locations import locations


def open_screen(model: str | None) -> None:
    """Run the terminal screen until the user leaves it."""
    from app.tui.app import LlamaDeskApp

    desk = LocalDesk.open(locations(), model=model)
    LlamaDeskApp(desk).run()
