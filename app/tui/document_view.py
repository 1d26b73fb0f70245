"""A window on a document's text, laid out around a quote so that the size of the document does not matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from app.desk_api import OpenedDocument
from app.tui.excerpt import Excerpt, excerpt, passage_at
from app.tui.sentence_list import SentenceList, SentenceRow
from tools.sanitise import sanitise

_LINES_ABOVE_QUOTE = 4


class QuotedLines(Static):
    """The lines that hold the quote, with the quote itself marked."""

    def __init__(self, part: Excerpt) -> None:
        self._above = Content(sanitise(part.lines[: part.start]))
        quote = Content.styled(sanitise(part.lines[part.start : part.end]), "bold on $quote")
        super().__init__(Content.assemble(self._above, quote, sanitise(part.lines[part.end :])))

    def lines_above_quote(self) -> int:
        """Screen lines of this widget above the one that the quote begins on."""
        return max(0, self._above.get_height({}, self.size.width) - 1)


class DocumentView(VerticalScroll, can_focus=True):
    """A window on a document's text around a quote; "[" and "]" move it from passage to passage."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket,p", "passage(-1)", "Passage before", show=False),
        Binding("right_square_bracket,n", "passage(1)", "Next passage", show=False),
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        *(Binding(str(number), f"open_mark({number})", f"Source {number}", show=False) for number in range(1, 10)),
    ]
    DEFAULT_CSS = """
    DocumentView { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; background: $background; }
    DocumentView .around { color: $secondary; }
    DocumentView .more { color: $quiet; }
    DocumentView .own-summary { margin-bottom: 1; border-bottom: solid $line; }
    """

    @dataclass
    class Moved(Message):
        """Another passage is at the top: where it stands in the document."""

        place: str

    def __init__(self) -> None:
        super().__init__()
        self.document: OpenedDocument | None = None
        self._offset = 0
        self._summary: SentenceList | None = None

    def show_document(
        self, document: OpenedDocument, start: int, end: int, summary: SentenceList | None = None
    ) -> None:
        self.document = document
        self._offset = start
        part = excerpt(document, start, end)
        quoted = QuotedLines(part)
        widgets = [
            _more("… more before: [ goes to the passage before") if part.more_before else None,
            _around(part.before.removesuffix("\n")) if part.before.strip("\n") else None,
            quoted,
            _around(part.after.removeprefix("\n")) if part.after.strip("\n") else None,
            _more("… more after: ] goes to the next passage") if part.more_after else None,
        ]
        self._replace(summary, [widget for widget in widgets if widget is not None], quoted if start or end else None)

    def show_quote(self, quote: str, words: str, summary: SentenceList | None = None) -> None:
        self.document = None
        widgets = [Static(Content(words), classes="more")]
        if quote:
            widgets.append(Static(Content("\n") + Content.styled(sanitise(quote), "bold on $quote")))
        self._replace(summary, widgets, None)

    def action_passage(self, step: int) -> None:
        if self.document is None or not self.document.places:
            return
        places = self.document.places
        index = max(0, min(len(places) - 1, passage_at(self.document, self._offset) + step))
        start = places[index][0]
        end = places[index + 1][0] if index + 1 < len(places) else len(self.document.text)
        self.post_message(self.Moved(places[index][1]))
        self.show_document(self.document, start, end)

    def action_open_mark(self, number: int) -> None:
        """Open a source of the file's own summary, while that is shown."""
        for row in self._summary.query(SentenceRow) if self._summary is not None else ():
            if number in row.numbered_sentence.numbers:
                row.open_source(row.numbered_sentence.numbers.index(number))
                return

    def _replace(self, summary: SentenceList | None, widgets: list[Static], quoted: QuotedLines | None) -> None:
        self.remove_children()
        self._summary = summary
        if summary is not None:
            summary.add_class("own-summary")
            self.mount(summary)
        self.mount_all(widgets)
        self.call_after_refresh(self._scroll_to_quote, quoted)

    def _scroll_to_quote(self, quoted: QuotedLines | None) -> None:
        """Put the quote a few lines under the top, so that it is seen with what comes before it."""
        if quoted is None or not quoted.is_attached:
            self.scroll_home(animate=False)
            return
        line = quoted.virtual_region.y + quoted.lines_above_quote()
        self.scroll_to(y=max(0, line - _LINES_ABOVE_QUOTE), animate=False, force=True)


def _more(text: str) -> Static:
    return Static(Content(text), classes="more")


def _around(text: str) -> Static:
    return Static(Content(sanitise(text)), classes="around")
