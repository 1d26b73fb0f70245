"""Sentences under each other, each a row that leads to its sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from app.folder_summary.report import Citation, CitedSentence
from app.tui.cited_text import NumberedSentence, numbered
from app.tui.terminal_safety import one_line

STEP_SENTENCES = 2
STEP_SECONDS = 0.05
"""Longer than a frame with a new layout takes: each step is drawn, and keys between them."""


@dataclass(frozen=True, slots=True)
class Source:
    """One citation of one sentence, with what is needed to show it."""

    root: Path
    citation: Citation
    number: int
    sentence: str
    position: int
    """Which of the sentence's citations, from 0."""
    total: int


class SentenceRow(Horizontal):
    """A sentence with its marks. A click on a mark opens that source, a click elsewhere the first one."""

    DEFAULT_CSS = """
    SentenceRow {
        height: auto; margin-bottom: 1;
        & > .gutter { width: 2; color: $quiet; }
        & > .sentence { width: 1fr; }
        &.-at-cursor { background: $cursor-line; }
        &.-at-cursor > .gutter { color: $accent; text-style: bold; }
    }
    """

    @dataclass
    class SourceWanted(Message):
        row: SentenceRow
        source: Source

    def __init__(self, numbered_sentence: NumberedSentence, root: Path) -> None:
        super().__init__()
        self.numbered_sentence = numbered_sentence
        self.root = root
        self.position = -1
        """The citation shown last, or -1."""

    def compose(self) -> ComposeResult:
        yield Static("•", classes="gutter", markup=False)
        yield Static(self.numbered_sentence.content(), classes="sentence")

    def sources(self) -> list[Source]:
        sentence = self.numbered_sentence.sentence
        total = len(sentence.citations)
        return [
            Source(self.root, citation, number, one_line(sentence.sentence), position, total)
            for position, (citation, number) in enumerate(
                zip(sentence.citations, self.numbered_sentence.numbers, strict=True)
            )
        ]

    def open_source(self, position: int = 0) -> None:
        """Ask for the source to be shown; a sentence without one does nothing."""
        sources = self.sources()
        if sources:
            self.position = position % len(sources)
            self.post_message(self.SourceWanted(self, sources[self.position]))

    def set_cursor(self, here: bool) -> None:
        self.set_class(here, "-at-cursor")
        self.query_one(".gutter", Static).update("›" if here else "•")
        if not here:
            self.position = -1

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.open_source(event.style.meta.get("citation", 0))


class SentenceList(Vertical):
    """The sentences of one answer or summary: all from the start, or the `first` ones and the others in steps."""

    DEFAULT_CSS = """
    SentenceList { height: auto; }
    """

    def __init__(
        self, sentences: Sequence[CitedSentence], root: Path, *, first: int | None = None, classes: str | None = None
    ) -> None:
        super().__init__(classes=classes)
        self.numbered_sentences = numbered(sentences)
        self.root = root
        self._first = first
        self._drawn = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield from self._rows(self.numbered_sentences[: self._first])

    def on_mount(self) -> None:
        # A worker of its own: work that is stopped has all of its sentences, too.
        self.run_worker(self._show_rest())

    async def drawn(self) -> None:
        """Wait until all sentences have come."""
        await self._drawn.wait()

    async def _show_rest(self) -> None:
        """Add what `first` left out: to lay out many sentences at once would hold up the keys."""
        rest = [] if self._first is None else self._rows(self.numbered_sentences[self._first :])
        try:
            await asyncio.sleep(STEP_SECONDS)
            while rest:
                step, rest = rest[:STEP_SENTENCES], rest[STEP_SENTENCES:]
                await self.mount(*step)
                await asyncio.sleep(STEP_SECONDS)
        finally:
            self._drawn.set()

    def _rows(self, sentences: Sequence[NumberedSentence]) -> list[SentenceRow]:
        return [SentenceRow(sentence, self.root) for sentence in sentences]
