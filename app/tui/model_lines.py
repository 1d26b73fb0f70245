"""The models, those on this machine before those to be had: a line for each, under its heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.message import Message

from app.desk_api import ModelRow
from app.tui.cursor_list import CursorList, fitted
from app.tui.terminal_safety import one_line
from app.wording import file_size
from runtime.model_places import PROGRAM_NAMES

_LICENCE_FROM = 88
"""Cells from which there is room for the licence."""
_LICENCE_CELLS = 22


class ModelLines(CursorList):
    class Highlighted(Message):
        """The cursor came to another model, or the list was read anew."""

    @dataclass
    class Chosen(Message):
        row: ModelRow

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str | ModelRow] = []

    def show(self, rows: Sequence[ModelRow]) -> None:
        """The cursor stays on its model, wherever that stands now."""
        kept = self.at_cursor()
        groups: dict[str, list[ModelRow]] = {"On this machine": [], "Of other programs": [], "To be had": []}
        for row in rows:
            groups.setdefault(_group(row), []).append(row)
        self._lines = []
        for title, group in groups.items():
            self._lines += [title, *group] if group else []
        same = [index for index, line in enumerate(self._lines) if kept and _id(line) == kept.model.id]
        self.set_reactive(CursorList.cursor, same[0] if same else min(1, len(self._lines)))
        self.fit()
        self.show_cursor()
        self.refresh()
        self.post_message(self.Highlighted())

    def at_cursor(self) -> ModelRow | None:
        line = self._lines[self.cursor] if self.cursor < len(self._lines) else None
        return line if isinstance(line, ModelRow) else None

    def line_count(self) -> int:
        return len(self._lines)

    def is_heading(self, index: int) -> bool:
        return isinstance(self._lines[index], str)

    def highlighted(self, index: int | None) -> None:
        if index is not None:
            self.post_message(self.Highlighted())

    def chosen(self, index: int) -> None:
        line = self._lines[index]
        if isinstance(line, ModelRow):
            self.post_message(self.Chosen(line))

    def segments(self, index: int, *, at_cursor: bool) -> list[Segment]:
        line = self._lines[index]
        width = self.size.width
        if isinstance(line, str):
            return [Segment(fitted(f" {line}", width), self.style("heading"))]
        model = line.model
        plain, quiet = self.style("", at_cursor=at_cursor), self.style("quiet", at_cursor=at_cursor)
        licence = f"  {fitted(one_line(model.licence), _LICENCE_CELLS)}" if width >= _LICENCE_FROM else ""
        facts = f" {file_size(model.size):>7}  {fit_word(line):<8}{licence} "
        return [
            Segment("›" if at_cursor else " ", plain),
            Segment("• " if line.in_use else "  ", self.style("strong", at_cursor=at_cursor)),
            Segment(fitted(one_line(model.name), width - 3 - len(facts)), plain if model.fits else quiet),
            Segment(facts, quiet),
        ]


def fit_word(row: ModelRow) -> str:
    """Whether it can be used here, in a word."""
    if row.in_use:
        return "in use"
    if not row.model.runs:
        return "no use"
    return "fits" if row.model.fits else "too big"


def _group(row: ModelRow) -> str:
    program = row.model.program
    if not row.model.installed or program is None:
        return "To be had"
    return "On this machine" if PROGRAM_NAMES[program] == "llama-desk" else "Of other programs"


def _id(line: str | ModelRow) -> str:
    return "" if isinstance(line, str) else line.model.id
