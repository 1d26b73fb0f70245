"""Which of the side panes are seen: columns where there is room, pages over the conversation where there is not."""

from __future__ import annotations

from textual.screen import Screen
from textual.widget import Widget

from app.tui.document_view import DocumentView
from app.tui.folder_pane import FolderPane
from app.tui.place_list import PlaceList
from app.tui.prompt import Prompt
from app.tui.side_column import SideColumn
from app.tui.sources_pane import SourcesPane

COLUMNS_FROM = 80
"""Cells from which the places and files stand beside the conversation."""
SOURCES_FROM = 110
"""Cells from which the sources do, too."""


class Panes:
    """A pane that lies over the conversation takes the focus, and gives it back when it is closed."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._before: Widget | None = None

    @property
    def side(self) -> SideColumn:
        return self._screen.query_one(SideColumn)

    @property
    def files(self) -> FolderPane:
        return self._screen.query_one(FolderPane)

    @property
    def sources(self) -> SourcesPane:
        return self._screen.query_one(SourcesPane)

    def show_sources(self) -> None:
        """Make the sources seen; the focus stays where it is when they stand beside the conversation."""
        if self._lies_over(self.side):
            self._close(self.side)
        self._open(self.sources, self.sources.query_one(DocumentView))

    def toggle_files(self) -> None:
        """Make the files seen or not; where the sources lie over them, they are seen instead."""
        covered = self.sources.display and self._lies_over(self.sources)
        if covered:
            self._close(self.sources)
        if covered and self.side.display:
            self._screen.call_after_refresh(self._screen.query_one(PlaceList).focus)
        else:
            self._toggle(self.side, self._screen.query_one(PlaceList))

    def toggle_sources(self) -> None:
        self._toggle(self.sources, self.sources.query_one(DocumentView))

    def close_overlay(self) -> bool:
        """Close the pane that lies over the conversation; False when none does."""
        for pane in (self.sources, self.side):
            if pane.display and self._lies_over(pane):
                self._close(pane)
                return True
        return False

    def uncover(self) -> None:
        """Close whatever lies over the conversation: something new comes there."""
        for pane in (self.sources, self.side):
            if pane.display and self._lies_over(pane):
                self._close(pane)

    def _toggle(self, pane: Widget, inside: Widget) -> None:
        if pane.display:
            self._close(pane)
        else:
            self._open(pane, inside)

    def _open(self, pane: Widget, inside: Widget) -> None:
        pane.remove_class("-hidden")
        pane.add_class("-shown")
        if self._lies_over(pane):
            focused = self._screen.focused
            if focused is not None and pane not in focused.ancestors:
                self._before = focused
            self._screen.call_after_refresh(inside.focus)

    def _close(self, pane: Widget) -> None:
        had_focus = pane.has_focus_within
        pane.remove_class("-shown")
        if not self._lies_over(pane):
            pane.add_class("-hidden")
        if had_focus:
            before = self._before if self._before is not None and self._before.is_attached else None
            (before or self._screen.query_one(Prompt)).focus()

    def _lies_over(self, pane: Widget) -> bool:
        return self._screen.size.width < (COLUMNS_FROM if pane is self.side else SOURCES_FROM)
