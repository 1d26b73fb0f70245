"""The text of a mail that is written in HTML.

Python's own parser reads it: mails come from anyone, the desk itself reads them, and a parser in C may crash.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

LONGEST_MARKUP = 4_000_000
"""Characters; what follows is left out."""


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNREAD = _tags("script style head title template svg math")
_LINES = _tags(
    "address article blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr html li main"
    " ol p pre section table tbody tfoot thead tr ul"
)
_CELLS = _tags("td th")
_SPACE = re.compile(r"\s+")
_BLANK = re.compile(r"\n\s*\n")
_EMPTY_QUOTE = re.compile(r"^[> ]+$", re.MULTILINE)
_DEEPEST_QUOTE = 5


def html_text(markup: str) -> str:
    """What a reader of the markup sees, its paragraphs on lines of their own; quoted ones begin with ">"."""
    reader = _Reader()
    reader.feed(markup[:LONGEST_MARKUP])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Nothing in it depends on tags that fit together: mails are full of those that do not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unread = ""
        self._kept_as_it_is = 0
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread = self._unread or tag
        elif tag == "body":
            self._unread = ""
        if tag == "blockquote":
            self._quotes += 1
        self._kept_as_it_is += tag == "pre"
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        self._kept_as_it_is = max(0, self._kept_as_it_is - (tag == "pre"))
        self._break(tag)
        if tag == "p":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._pieces.append(data if self._kept_as_it_is else _SPACE.sub(" ", data))

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._pieces).split("\n"))
        return _BLANK.sub("\n\n", _EMPTY_QUOTE.sub("", "\n".join(lines))).strip()

    def _break(self, tag: str) -> None:
        if tag == "br" or tag in _LINES:
            self._pieces.append("\n" + "> " * min(self._quotes, _DEEPEST_QUOTE))
        elif tag in _CELLS:
            self._pieces.append(" ")
