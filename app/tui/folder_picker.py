"""A window to pick a folder: type to narrow down, arrows to choose, Enter to go in or to take the one on top."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from app.tui.intent import path_from
from app.tui.path_completion import subfolders
from app.tui.terminal_safety import one_line

_TAKE = "take"


class FolderPicker(ModalScreen[Path | None]):
    """Ends with the folder, or None when it was left by Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", show=False),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("tab", "enter_folder", "Go in", show=False, priority=True),
        Binding("shift+tab", "leave_folder", "Go up", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    FolderPicker { align: center middle; background: $background 60%; }
    FolderPicker > Vertical {
        width: 76; max-width: 100%; height: 20; max-height: 100%; border: round $line; padding: 0 1;
        background: $background; border-title-color: $primary; border-title-style: bold; border-subtitle-color: $quiet;
    }
    FolderPicker Input, FolderPicker Input:focus { background: $panel; padding: 0 1; background-tint: $panel 0%; }
    FolderPicker #where { color: $quiet; margin-bottom: 1; }
    FolderPicker OptionList {
        height: 1fr; border: none; padding: 0; background: $background; scrollbar-size-vertical: 1;
        & > .option-list--option-highlighted { background: $cursor-line; color: $foreground; text-style: bold; }
    }
    """

    def __init__(self, start: Path) -> None:
        super().__init__()
        self.folder = start
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Open a folder"
            box.border_subtitle = "enter choose · tab go in · shift+tab up · esc leave"
            yield Static("", id="where", markup=False)
            yield Input(placeholder="Type to narrow down, or a path", compact=True)
            yield OptionList(markup=False, compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.go(self.folder)

    @work(exclusive=True)
    async def go(self, folder: Path, typed: str | None = None) -> None:
        """Show the folders in `folder`, which was chosen or `typed`; what is typed after that narrows it down."""
        self._names = await asyncio.to_thread(subfolders, folder)
        self.folder = folder
        self.query_one("#where", Static).update(Content(one_line(str(folder))))
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = "" if typed is None else field.value.removeprefix(typed)
        self._list(field.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        text = event.value
        end = max(text.rfind(sign) for sign in ("/", os.sep)) + 1
        if end and (folder := self._typed_folder(text[:end])) is not None:
            self.go(folder, text[:end])
        else:
            self._list(text)

    @on(Input.Submitted)
    def _choose(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        typed = self._typed_folder(self.query_one(Input).value)
        if option is not None and option.id != _TAKE:
            self.go(self.folder / self._names[int(option.id or 0)])
        elif typed is not None:
            self.dismiss(typed)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        if event.option.id == _TAKE:
            self.dismiss(self.folder)
        else:
            self.go(self.folder / self._names[int(event.option.id or 0)])

    def action_move(self, lines: int) -> None:
        options = self.query_one(OptionList)
        options.highlighted = max(0, min(options.option_count - 1, (options.highlighted or 0) + lines))

    def action_enter_folder(self) -> None:
        """Into the highlighted folder, or the first one when the top line is highlighted."""
        options = self.query_one(OptionList)
        index = max(1, options.highlighted or 0)
        if index < options.option_count:
            self.go(self.folder / self._names[int(options.get_option_at_index(index).id or 0)])

    def action_leave_folder(self) -> None:
        self.go(self.folder.parent)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _list(self, typed: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        other = self._typed_folder(typed) if typed else self.folder
        if other is not None:
            options.add_option(Option(Content.assemble("Summarise ", (_folder_name(other), "bold $accent")), id=_TAKE))
        fitting = [(index, name) for index, name in enumerate(self._names) if typed.casefold() in name.casefold()]
        options.add_options(Option(Content(f"  {one_line(name)}/"), id=str(index)) for index, name in fitting)
        if options.option_count:
            options.highlighted = 0

    def _typed_folder(self, text: str) -> Path | None:
        """The folder that `text` names, from the shown one on; None when there is none."""
        folder = self.folder / path_from(text) if text else self.folder
        try:
            return folder.resolve() if folder.is_dir() else None
        except (OSError, ValueError):
            return None


def _folder_name(folder: Path) -> str:
    return f"{one_line(folder.name or str(folder)).rstrip('/')}/"
