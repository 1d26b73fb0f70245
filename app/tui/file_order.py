"""The lines of a file list: folders as headings, files under them, kept in order as they arrive."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import NamedTuple

from app.folder_summary.report import FileReport


class Line(NamedTuple):
    """A file, or with an empty `name` the heading of its folder. Lines sort in the order they are shown."""

    folder: str
    name: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name


class FileOrder:
    """Which line shows which file. Adding a file costs the logarithm of their number, and a short move of memory."""

    def __init__(self) -> None:
        self.rows: dict[str, FileReport] = {}
        self.lines: list[Line] = []
        self.problems_only = False

    def clear(self) -> None:
        self.rows.clear()
        self.lines.clear()

    def put(self, row: FileReport) -> None:
        """Add a file, or change it."""
        known = self.rows.get(row.path)
        self.rows[row.path] = row
        was_shown = known is not None and self._shown(known)
        if self._shown(row) and not was_shown:
            self._insert(line_of(row.path))
        elif was_shown and not self._shown(row):
            self._rebuild()

    def show(self, *, problems_only: bool) -> None:
        """Show every file, or only those that were not read in full."""
        self.problems_only = problems_only
        self._rebuild()

    def index(self, line: Line) -> int:
        """Where `line` is, or would be."""
        return bisect_left(self.lines, line)

    def file_at(self, index: int) -> FileReport | None:
        """The file on the line, or None for a heading and past the ends."""
        if not 0 <= index < len(self.lines) or not self.lines[index].name:
            return None
        return self.rows[self.lines[index].path]

    def _shown(self, row: FileReport) -> bool:
        return not self.problems_only or row.status != "done"

    def _insert(self, line: Line) -> None:
        if line.folder:
            heading = Line(line.folder, "")
            place = self.index(heading)
            if place == len(self.lines) or self.lines[place] != heading:
                self.lines.insert(place, heading)
        insort(self.lines, line)

    def _rebuild(self) -> None:
        files = [line_of(path) for path, row in self.rows.items() if self._shown(row)]
        headings = {Line(line.folder, "") for line in files if line.folder}
        self.lines = sorted([*files, *headings])


def line_of(path: str) -> Line:
    """A path that ends in "/" is a folder that was passed over whole: it stands as a line in the folder above."""
    body, tail = (path[:-1], "/") if path.endswith("/") else (path, "")
    folder, _, name = body.rpartition("/")
    return Line(folder, name + tail)
