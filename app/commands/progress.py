"""Progress on standard error, where that is a terminal; silence elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from app.folder_summary.events import Event, Notice
from app.folder_summary.events import Progress as Step
from app.wording import PHASE_WORDS, joined, speed, time_left
from tools.sanitise import sanitise


class ProgressLine:
    """One line: the phase, a bar, how many of how many, tokens a second, time left, the file in hand."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[pace]}", markup=False),
            TextColumn("{task.fields[current]}", markup=False, table_column=None),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, pace="", current="")

    def show(self, event: Event) -> None:
        match event:
            case Step():
                self._bar.update(
                    self._task,
                    description=PHASE_WORDS[event.phase],
                    completed=event.done,
                    total=event.total or None,
                    pace=joined(speed(event.tokens_per_second), time_left(event.seconds_left)),
                    current=sanitise(event.current)[-40:],
                )
            case Notice():
                self._console.print(event.text, markup=False)
            case _:
                pass

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
