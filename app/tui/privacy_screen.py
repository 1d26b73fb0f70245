"""What is enforced for each process, and a key that tries to get out."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from app.desk_api import Desk
from app.errors import DeskError
from app.privacy import told_in_words
from app.tui.workers import only_latest
from tools.sanitise import sanitise


class PrivacyScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Close", show=False),
        Binding("t", "try_to_escape", "Try to get out", show=False),
    ]
    DEFAULT_CSS = """
    PrivacyScreen { align: center middle; background: $background 60%; }
    PrivacyScreen > Vertical {
        width: 104; max-width: 100%; height: auto; max-height: 100%; border: round $line; padding: 0 2;
        background: $background; border-title-color: $primary; border-title-style: bold; border-subtitle-color: $quiet;
    }
    PrivacyScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Privacy"
            box.border_subtitle = "t tries every way out · esc closes"
            with VerticalScroll():
                yield Static("Looking…", markup=False)

    def on_mount(self) -> None:
        self._look(try_to_escape=False)

    def action_try_to_escape(self) -> None:
        self.query_one(Static).update("Trying every way out, in processes that are thrown away…")
        self._look(try_to_escape=True)

    def _look(self, *, try_to_escape: bool) -> None:
        async def look() -> None:
            try:
                found = await self._desk.privacy(try_to_escape=try_to_escape)
                text = "\n".join(told_in_words(found))
            except DeskError as error:
                text = error.sentence()
            self.query_one(Static).update(Content(sanitise(text)))

        only_latest(self, "look", look)
