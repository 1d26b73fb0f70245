"""How far a download or the reading of a file is, and at last what came of it."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from app.download_wording import STATE_WORDS, progress_facts
from app.tui.progress_line import bar
from app.tui.terminal_safety import one_line
from app.wording import joined
from runtime.fetch.events import Progress

_BAR_CELLS = 48
_PERCENT_CELLS = 8


class DownloadLine(Widget):
    """Words over a bar, both as wide as there is room."""

    DEFAULT_CSS = """
    DownloadLine { height: 2; padding: 0 1; margin-bottom: 1; display: none; }
    """

    progress: reactive[Progress | None] = reactive(None)
    model_name: reactive[str] = reactive("")

    def watch_progress(self, progress: Progress | None) -> None:
        self.display = progress is not None

    def render(self) -> RenderResult:
        step = self.progress
        if step is None:
            return Content("")
        facts = joined(progress_facts(step), one_line(self.model_name))
        words = Content.assemble((STATE_WORDS[step.state], "bold"), (f" · {facts}" if facts else "", "$quiet"))
        width = max(1, self.size.width)
        drawn = bar(step.done, step.total, max(1, min(width - _PERCENT_CELLS, _BAR_CELLS)))
        return Content("\n").join([words.truncate(width, ellipsis=True), drawn])
