"""HTML pages: what a reader of the page reads, in sections named by its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tools.extraction.encodings import decode
from tools.extraction.places import at
from tools.extraction.sections import Reading, Section, Source


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNREAD = _tags(
    "script style noscript template svg math canvas iframe object embed head nav select datalist button dialog"
)
_HEADINGS = _tags("h1 h2 h3 h4 h5 h6")
_SPACED = _HEADINGS | _tags("p ul ol dl table blockquote pre figure section article")
_BLOCKS = _SPACED | _tags(
    "address aside body caption center dd details div dt fieldset figcaption footer form header hr html legend li main"
    " summary tbody tfoot thead tr"
)
_MAIN = ("main", "[role=main]", "article")
_DECLARED = re.compile(rb"<meta[^>]+charset", re.I)


def read(source: Source) -> Reading:
    """The page's main part where it has one that holds most of its text, else its body."""
    parser = _parse(source.data)
    title = parser.css_first("title")
    reading = Reading(title=" ".join(title.text().split()) if title else "")
    root = _main_part(parser)
    reading.sections = node_sections(root) if root else ()
    return reading


def html_text(markup: str) -> str:
    """The text of a piece of HTML, for formats that carry some inside."""
    root = LexborHTMLParser(markup).body
    return "\n\n".join(section.text for section in node_sections(root)) if root else ""


def _parse(data: bytes) -> LexborHTMLParser:
    if _DECLARED.search(data[:1024]):
        return LexborHTMLParser(data, encoding=True)
    return LexborHTMLParser(decode(data))


def _main_part(parser: LexborHTMLParser) -> LexborNode | None:
    body = parser.body
    if body is None:
        return parser.root
    whole = len(body.text())
    for selector in _MAIN:
        found = parser.css(selector)
        if len(found) == 1 and len(found[0].text()) * 4 > whole:
            return found[0]
    return body


def node_sections(root: LexborNode, before: str = "start of the page") -> Iterator[Section]:
    """The text under `root`, cut at its headings; a section is named by the heading it begins with."""
    page = _PageText()
    label = before
    for kind, value in _events(root):
        if kind == "heading":
            if text := page.take():
                yield Section(text, at(label))
            label = f"section {value}" if value else label
        else:
            page.add(kind, value)
    if text := page.take():
        yield Section(text, at(label))


class _PageText:
    """Text as it would be laid out: white space collapsed, a line for each block, a blank line around paragraphs."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._blank_line_due = False

    def add(self, kind: str, value: str) -> None:
        if kind in ("text", "cell"):
            self._line.append(value)
            return
        self._end_line()
        if kind == "verbatim":
            self._blank_line_due = True
            self._append(value.strip("\n"))
        self._blank_line_due |= kind in ("gap", "verbatim")

    def take(self) -> str:
        """The text so far; the next begins anew."""
        self._end_line()
        text = "\n".join(self._lines)
        self._lines.clear()
        self._blank_line_due = False
        return text

    def _end_line(self) -> None:
        line = "\t".join(" ".join(cell.split()) for cell in "".join(self._line).split("\t")).rstrip("\t")
        self._line.clear()
        if line and line != "-":
            self._append(line)

    def _append(self, text: str) -> None:
        if self._blank_line_due and self._lines:
            self._lines.append("")
        self._blank_line_due = False
        self._lines.append(text)


def _events(root: LexborNode) -> Iterator[tuple[str, str]]:
    """Text and layout in document order, without recursion: pages may be nested tens of thousands deep.

    Kinds: text and cell (the end of one) within a line, block and gap between lines, verbatim and heading.
    """
    node: LexborNode | None = root
    while node is not None:
        yield from _opening(node)
        inner = None if node.tag == "pre" or _is_unread(node) else node.first_child
        while inner is None and node is not None:
            yield from _closing(node)
            if node.mem_id == root.mem_id:  # comparing nodes would compare their markup
                return
            inner = node.next
            if inner is None:
                node = node.parent
        node = inner


def _opening(node: LexborNode) -> Iterator[tuple[str, str]]:
    tag = node.tag
    if tag == "-text":
        yield "text", " ".join(re.split(r"[\t\r\n]+", node.text_content or ""))
    elif tag in _HEADINGS:
        yield "heading", " ".join((node.text() or "").split())[:120]
    elif tag == "pre":
        yield "verbatim", node.text() or ""
    elif tag in _BLOCKS or tag == "br":
        yield ("gap" if tag in _SPACED else "block"), ""
        if tag == "li":
            yield "text", "- "
    elif tag == "img" and (alternative := node.attributes.get("alt")):
        yield "text", f" {alternative} "


def _closing(node: LexborNode) -> Iterator[tuple[str, str]]:
    tag = node.tag
    if tag in ("td", "th"):
        yield "cell", "\t"
    elif tag in _BLOCKS:
        yield ("gap" if tag in _SPACED else "block"), ""


def _is_unread(node: LexborNode) -> bool:
    """What no reader of the page sees, or what leads elsewhere: scripts, hidden parts, menus, other languages."""
    tag = node.tag
    if tag in _UNREAD:
        return True
    if tag is None or tag.startswith(("-", "_")):
        return False
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return attributes.get("role") == "navigation" or (tag == "a" and "hreflang" in attributes)
