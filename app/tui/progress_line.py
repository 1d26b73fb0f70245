"""What long work is doing, how far it is and what is left, in two lines."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from app.folder_summary.events import Progress
from app.tui.terminal_safety import one_line
from app.wording import PHASE_WORDS, joined, speed, time_left

_BAR_CELLS = 48
_PERCENT_CELLS = 6


class ProgressLine(Widget):
    """The phase in words over a bar. The two halves of the bar differ in shape, not only in colour."""

    DEFAULT_CSS = """
    ProgressLine { height: 2; margin-bottom: 1; }
    """

    progress: reactive[Progress | None] = reactive(None)

    def render(self) -> RenderResult:
        progress = self.progress
        if progress is None:
            return Content.styled("Starting…", "$quiet")
        words = _words(progress).truncate(self.size.width, ellipsis=True)
        return Content("\n").join(
            [words, bar(progress.done, progress.total, min(self.size.width - _PERCENT_CELLS, _BAR_CELLS))]
        )


def _words(progress: Progress) -> Content:
    amount = (
        f"{progress.done:,} of {progress.total:,}" if progress.total else f"{progress.done:,}" if progress.done else ""
    )
    rest = joined(time_left(progress.seconds_left), speed(progress.tokens_per_second), one_line(progress.current))
    return Content.assemble(
        (PHASE_WORDS[progress.phase], "bold"), f" {amount}" if amount else "", (f" · {rest}" if rest else "", "$quiet")
    )


def bar(done: int, total: int | None, cells: int) -> Content:
    """How much of how much; a line of dots while the whole is not known."""
    if not total:
        return Content.styled("╌" * cells, "$line")
    filled = min(cells, cells * done // total)
    percent = f" {100 * done // total} %"
    return Content.assemble(("━" * filled, "$primary"), ("─" * (cells - filled), "$line"), (percent, "$quiet"))
