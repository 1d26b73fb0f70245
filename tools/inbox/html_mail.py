"""The text of a mail that is written in HTML.

The desk itself reads mails, and they come from anyone: a parser in C may crash it, and Python's own takes quadratic
time for tags that never end. This one looks at each character a bounded number of times, whatever they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

LONGEST_MARKUP = 4_000_000
"""Characters; what follows is left out."""
_LONGEST_VALUE = 2_000
"""Characters of an attribute's value; a quotation mark that is not closed within them is taken for a stray one."""


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNREAD = _tags("script style title textarea template svg math")
_LINES = _tags(
    "address article blockquote body br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr html li"
    " main ol p pre section table tbody tfoot thead tr ul"
)
_CELLS = _tags("td th")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_SIGN = re.compile("[>\"']")
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n{3,}")
_DEEPEST_QUOTE = 5


def html_text(markup: str) -> str:
    """What a reader of the markup sees, its paragraphs on lines of their own; quoted ones begin with ">"."""
    writer = _Writer()
    for name, closes, text in _pieces(markup[:LONGEST_MARKUP]):
        if name:
            writer.tag(name, closes=closes)
        else:
            writer.say(text)
    return writer.text()


def _pieces(markup: str) -> Iterator[tuple[str, bool, str]]:
    """Each tag by its name in lower case, and whether it closes; each text between them, with an empty name."""
    place = 0
    while place < len(markup):
        sign = markup.find("<", place)
        if sign < 0:
            sign = len(markup)
        if sign > place:
            yield "", False, _characters(markup[place:sign])
        place = sign
        if tag := _TAG.match(markup, sign):
            name, closes = tag[2].lower(), bool(tag[1])
            place = _end_of_tag(markup, tag.end())
            yield name, closes, ""
            if name in _UNREAD and not closes:
                place = _end_of_element(markup, name, place)
        elif markup.startswith("<!--", sign):
            place = _behind(markup, "-->", sign + 4)
        elif markup.startswith(("<!", "<?", "</"), sign):
            place = _behind(markup, ">", sign + 2)
        elif sign < len(markup):
            yield "", False, "<"
            place += 1


def _end_of_tag(markup: str, place: int) -> int:
    while sign := _SIGN.search(markup, place):
        place = sign.end()
        if sign[0] == ">":
            return place
        closing = markup.find(sign[0], place, place + _LONGEST_VALUE)
        if closing >= 0:
            place = closing + 1
    return len(markup)


def _end_of_element(markup: str, name: str, place: int) -> int:
    end = re.compile(f"</{name}", re.IGNORECASE).search(markup, place)
    return end.start() if end else len(markup)


def _behind(markup: str, end: str, place: int) -> int:
    found = markup.find(end, place)
    return found + len(end) if found >= 0 else len(markup)


def _characters(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a number of more digits than Python reads
        return text


class _Writer:
    """Nothing in it depends on tags that fit together: mails are full of those that do not."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, list[str]]] = [(0, [])]
        self._quotes = 0
        self._pre = 0
        self._in_head = False

    def tag(self, name: str, *, closes: bool) -> None:
        change = -1 if closes else 1
        if name == "head":
            self._in_head = not closes
        elif name == "body":
            self._in_head = False
        elif name == "pre":
            self._pre = max(0, self._pre + change)
        elif name == "blockquote":
            self._quotes = max(0, self._quotes + change)
        elif name in _CELLS:
            self.say(" ")
        if name in _LINES:
            self._break()
        if name == "p" and closes:
            self._break()

    def say(self, text: str) -> None:
        if self._in_head:
            return
        if not self._pre:
            self._lines[-1][1].append(_SPACE.sub(" ", text))
            return
        first, *others = text.split("\n")
        self._lines[-1][1].append(first)
        for line in others:
            self._break()
            self._lines[-1][1].append(line)

    def text(self) -> str:
        lines = []
        for quotes, pieces in self._lines:
            line = " ".join("".join(pieces).split())
            lines.append(f"{'> ' * quotes}{line}" if line else "")
        return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()

    def _break(self) -> None:
        self._lines.append((min(self._quotes, _DEEPEST_QUOTE), []))
