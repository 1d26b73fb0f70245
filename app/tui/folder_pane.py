"""The left pane: the open folder, how much of it was read, and its files."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from app.folder_summary.report import FileReport
from app.tui.file_list import FileList
from app.tui.folder_state import FolderState
from app.tui.saying import say
from app.tui.terminal_safety import one_line
from app.wording import count, file_state

_EMPTY = (
    "No folder is open yet.\n\nPress ^O to pick one, or type its path below. Its files will be listed here with their"
    " states."
)
_NO_PROBLEMS = "Every file was read in full."


class FolderPane(Vertical):
    DEFAULT_CSS = """
    FolderPane {
        background: $background;
        & > .name { text-style: bold; padding: 0 1; }
        & > .counts { color: $quiet; padding: 0 1; margin-bottom: 1; }
        & > .detail { color: $quiet; padding: 0 1; max-height: 4; border-top: solid $line; display: none; }
        &:focus-within > .name { color: $primary; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("Files", classes="name", markup=False)
        yield Static(_EMPTY, classes="counts", markup=False)
        yield FileList()
        yield Static("", classes="detail", markup=False)

    def show_none(self) -> None:
        """As it was at the start: nothing is open."""
        self.query_one(FileList).clear()
        self.query_one(".name", Static).update(Content("Files"))
        self.query_one(".counts", Static).update(Content(_EMPTY))

    def show_folder(self, folder: FolderState) -> None:
        """Another folder: its name and all of its rows."""
        self.query_one(".name", Static).update(Content(folder.name))
        files = self.query_one(FileList)
        files.clear()
        files.put(list(folder.rows.values()))
        self.show_counts(folder)

    def show_changes(self, folder: FolderState, rows: list[FileReport]) -> None:
        if rows:
            self.query_one(FileList).put(rows)
        self.show_counts(folder)

    def show_counts(self, folder: FolderState) -> None:
        files = self.query_one(FileList)
        coverage = folder.coverage_now()
        if files.order.problems_only:
            text = "Only files with a problem · f4" if files.order.lines else f"{_NO_PROBLEMS} · f4 shows all"
        elif not coverage.files:
            text = "Looking for files…" if folder.coverage is None else "There is nothing in it."
        else:
            rest = "".join(f", {number:,} {word}" for word, number in coverage.shortfalls() if number)
            text = f"{count(coverage.files, 'file')}{rest}"
        say(self.query_one(".counts", Static), Content(text))

    def toggle_problems(self, folder: FolderState | None) -> None:
        files = self.query_one(FileList)
        files.show(problems_only=not files.order.problems_only)
        if folder is not None:
            self.show_counts(folder)

    def on_file_list_highlighted(self, event: FileList.Highlighted) -> None:
        event.stop()
        detail = self.query_one(".detail", Static)
        detail.display = event.row is not None
        if event.row is not None:
            detail.update(Content(f"{one_line(event.row.path)}\n{one_line(file_state(event.row))}"))
