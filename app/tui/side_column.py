"""The left column: the places of the screen, and under them the open folder."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from app.tui.folder_pane import FolderPane
from app.tui.place_list import PlaceList


class SideColumn(Vertical):
    DEFAULT_CSS = """
    SideColumn { background: $background; }
    SideColumn > FolderPane { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        yield PlaceList()
        yield FolderPane()
