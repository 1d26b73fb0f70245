"""A folder's summary in the conversation: progress, what is being written, and at the end the cited sentences."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from app.folder_summary.events import (
    DigestReady,
    Event,
    FileSummarised,
    Finished,
    FolderSummarised,
    Notice,
    Progress,
    TextWritten,
)
from app.folder_summary.report import CitedSentence
from app.tui.entries import Entry, Placed
from app.tui.folder_state import FolderState
from app.tui.progress_line import ProgressLine
from app.tui.saying import say
from app.tui.sentence_list import STEP_SENTENCES, SentenceList
from app.tui.terminal_safety import one_line
from app.wording import run_facts
from tools.sanitise import sanitise

_TAIL_CHARACTERS = 400


class SummaryEntry(Entry):
    """Fed with the events of a run in batches; each batch is drawn once."""

    DEFAULT_CSS = """
    SummaryEntry {
        & > .title { text-style: bold; }
        & > .coverage { color: $quiet; margin-bottom: 1; }
        & > .caption { color: $quiet; margin-bottom: 1; }
        & > .facts { color: $quiet; }
        & > .notice { color: $quiet; margin-bottom: 1; }
        & > .draft { height: auto; max-height: 5; border-left: outer $line; padding-left: 1; margin-bottom: 1; }
        & > .folder-draft { height: auto; margin-bottom: 1; }
        & .-empty { display: none; }
    }
    """

    def __init__(self, folder: FolderState) -> None:
        super().__init__()
        self.folder = folder
        self.sentences: SentenceList | None = None
        self._drafts: dict[str, str] = {}
        self._notices: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static(Content(f"Summary of {self.folder.name}"), classes="title")
        yield Static("", classes="coverage", markup=False)
        yield ProgressLine()
        yield Static("", classes="notice -empty", markup=False)
        yield Static("", classes="draft -empty", markup=False)
        yield Static("", classes="folder-draft -empty", markup=False)
        yield Static("", classes="caption -empty", markup=False)
        yield Static("", classes="facts -empty", markup=False)

    async def show(self, events: Sequence[Event]) -> None:
        """Draw a batch of events. Several tellings of the same thing in a batch are drawn as the last one."""
        for event in events:
            match event:
                case Progress():
                    self.query_one(ProgressLine).progress = event
                case TextWritten():
                    self._write(event)
                case FileSummarised(row=row):
                    self._drafts.pop(row.path, None)
                case Notice(text=text):
                    self._notices.append(one_line(text))
                case DigestReady(summary=summary) if summary:
                    await self._replace_sentences(summary, "From the files' own words")
                case FolderSummarised(summary=summary):
                    await self._replace_sentences(summary, "")
                case Finished():
                    await self._finish(event)
                case _:
                    pass
        self._draw()

    def end(self, words: str) -> None:
        """The run is over, in whatever way: nothing on the entry claims to be at work any more."""
        self._drafts.clear()
        for line in self.query_children(ProgressLine):
            line.display = False
        self._draw()
        if words:
            self._say(".facts", Content(words))

    async def _finish(self, event: Finished) -> None:
        report = event.report
        caption = "" if report.model or not report.summary else "From the files' own words"
        await self._replace_sentences(report.summary, caption)
        self.end(run_facts(report.stats, one_line(report.model) if report.model else None))

    async def _replace_sentences(self, sentences: Sequence[CitedSentence], caption: str) -> None:
        if self.sentences is not None and [row.sentence for row in self.sentences.numbered_sentences] == list(
            sentences
        ):
            self._say(".caption", Content(caption))
            return
        self._drafts.pop("", None)
        replacement = SentenceList(sentences, self.folder.root, first=STEP_SENTENCES)
        async with self.batch():
            if self.sentences is not None:
                await self.sentences.remove()
            self.sentences = replacement
            await self.mount(replacement, before=self.query_one(".facts"))
        self._say(".caption", Content(caption))
        await replacement.drawn()
        self.post_message(Placed(self))

    def _write(self, event: TextWritten) -> None:
        before = "" if event.restart else self._drafts.get(event.path, "")
        self._drafts[event.path] = before + sanitise(event.text)

    def _draw(self) -> None:
        self._say(".coverage", Content(self._coverage()))
        self._say(".notice", Content("\n".join(self._notices)))
        folder_draft = self._drafts.get("", "").strip()
        self._say(".folder-draft", Content(folder_draft))
        if folder_draft and self.sentences is not None:
            # The model's words take the digest's place as soon as they come.
            self.sentences.display = False
            self._say(".caption", Content(""))
        path = next((path for path in self._drafts if path), "")
        draft = self._drafts[path].strip()[-_TAIL_CHARACTERS:] if path else ""
        self._say(".draft", Content.assemble((one_line(path), "bold $quiet"), "\n", draft) if path else Content(""))

    def _coverage(self) -> str:
        coverage = self.folder.coverage_now()
        return coverage.sentence() if coverage.files else ""

    def _say(self, selector: str, content: Content) -> None:
        # A run may end after its entry was taken off the screen: then there is no such line.
        for line in self.query_children(selector).results(Static):
            say(line, content)
            line.set_class(not content.plain, "-empty")
