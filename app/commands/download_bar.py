"""A download's progress on standard error, where that is a terminal; silence elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from app.download_wording import STATE_WORDS, progress_facts
from runtime.fetch.events import Progress as Step


class DownloadBar:
    """One line: what is being done, a bar, how much of how much, the rate and the time left."""

    def __init__(self, name: str) -> None:
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[facts]}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(name, total=None, facts="", visible=False)

    def show(self, step: Step) -> None:
        self._bar.update(
            self._task,
            description=STATE_WORDS[step.state],
            completed=step.done,
            total=step.total,
            facts=progress_facts(step),
            visible=True,
        )

    def checking(self, done: int, total: int) -> None:
        """How far a file on this disk is hashed, in bytes."""
        self.show(Step(state="checking", done=done, total=total))

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
