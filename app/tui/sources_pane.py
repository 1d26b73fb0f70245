"""The right pane: the passage behind a sentence in its place in the file, or a file with its own summary."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from app.desk_api import OpenedDocument
from app.folder_summary.report import FileReport
from app.tui.document_view import DocumentView
from app.tui.sentence_list import SentenceList, Source
from app.tui.terminal_safety import one_line
from app.wording import MARKS, file_state, joined

_EMPTY = (
    "Nothing is open here yet. Choose a sentence in the conversation (Tab, then ↑ ↓ and Enter) to read the passage"
    " it rests on, or a file on the left to read it."
)


class SourcesPane(Vertical):
    """Shows one document at a time; the quote is marked by colour and weight, and in words at its top."""

    DEFAULT_CSS = """
    SourcesPane {
        background: $background;
        & > .name { text-style: bold; padding: 0 1; }
        & > .place { color: $accent; padding: 0 1; }
        & > .why { color: $quiet; padding: 0 1; margin-bottom: 1; max-height: 5; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("Sources", classes="name", markup=False)
        yield Static("", classes="place", markup=False)
        yield Static(_EMPTY, classes="why", markup=False)
        yield DocumentView()

    def on_document_view_moved(self, event: DocumentView.Moved) -> None:
        event.stop()
        self.query_one(".place", Static).update(Content(one_line(event.place)))
        self.query_one(".why").display = False

    def show_source(self, source: Source, document: OpenedDocument | None) -> None:
        """The document at the quote; without a document, or with a changed one, the quote as it was cited."""
        citation = source.citation
        which = f"source {source.position + 1} of {source.total}" if source.total > 1 else ""
        self._head(
            one_line(citation.path),
            joined(f"[{source.number}] {one_line(citation.place)}", which),
            f"supports: {source.sentence}",
        )
        if document is None:
            self._view.show_quote(
                citation.quote, "The text of this file is not stored. This is the passage as it was cited:"
            )
        elif document.text[citation.start : citation.end] != citation.quote:
            self._view.show_quote(citation.quote, "The file has changed since. This is the passage as it was cited:")
        else:
            self._view.show_document(document, citation.start, citation.end)

    def show_file(self, row: FileReport, root: Path, document: OpenedDocument | None) -> None:
        """A file from its start, with its state and its own summary."""
        title = one_line(document.title if document is not None else row.title)
        self._head(one_line(row.path), f"{MARKS[row.status]} {one_line(file_state(row))}", title)
        sentences = SentenceList(row.summary, root) if row.summary else None
        if document is not None:
            self._view.show_document(document, 0, 0, sentences)
        else:
            words = (
                "Nothing was read from this file."
                if row.status in ("skipped", "failed")
                else "Its text is not stored yet."
            )
            self._view.show_quote("", words, sentences)

    def show_document(self, document: OpenedDocument | None) -> None:
        """A file from its start."""
        if document is None:
            self._head("", "", "The text of this file is not stored.")
            return
        self._head(one_line(document.path), "", one_line(document.title))
        self._view.show_document(document, 0, 0)

    @property
    def _view(self) -> DocumentView:
        return self.query_one(DocumentView)

    def _head(self, name: str, place: str, why: str) -> None:
        for selector, text in ((".name", name), (".place", place), (".why", why)):
            self.query_one(selector, Static).update(Content(text))
        self.query_one(".why").display = bool(why)
