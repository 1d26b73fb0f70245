"""XML: news feeds (RSS, Atom) item by item, other documents as the text of their elements."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from tools.extraction.formats.html import html_text
from tools.extraction.formats.plain import read as read_plain
from tools.extraction.places import at
from tools.extraction.sections import Reading, Section, Source
from tools.extraction.xml_tree import local_name, parse_xml, words

_FEEDS = frozenset(("rss", "feed", "RDF"))
_ITEMS = frozenset(("item", "entry"))
_BODIES = ("encoded", "content", "description", "summary")


def read(source: Source) -> Reading:
    """A file that is no well-formed XML is read as the text it is."""
    try:
        root = parse_xml(source.data)
    except ParseError:
        return read_plain(source)
    if local_name(root) in _FEEDS:
        return _feed(root)
    if local_name(root) == "html":
        from tools.extraction.formats.html import read as read_html

        return read_html(source)
    return Reading([Section("\n".join(_leaves(root)), at(f"element {local_name(root)}"), prose=False)])


def _feed(root: Element) -> Reading:
    channel = next((child for child in root if local_name(child) == "channel"), root)
    title = _field(channel, "title")
    return Reading(_feed_sections(root, channel, title), title)


def _feed_sections(root: Element, channel: Element, title: str) -> Iterator[Section]:
    about = [title, _field(channel, "description") or _field(channel, "subtitle")]
    yield Section("\n\n".join(part for part in about if part), at("about the feed"))
    items = (element for element in root.iter() if local_name(element) in _ITEMS)
    for number, item in enumerate(items, 1):
        heading = _field(item, "title")
        dated = _field(item, "pubDate") or _field(item, "updated") or _field(item, "date")
        body = next((text for name in _BODIES if (text := _field(item, name))), "")
        parts = [heading, dated, html_text(body) if "<" in body else body]
        yield Section("\n\n".join(part for part in parts if part), at(f"item {number}"))


def _field(element: Element, name: str) -> str:
    found = next((child for child in element if local_name(child) == name), None)
    if found is None:
        return ""
    return words(found) if len(found) else (found.text or "").strip()


def _leaves(root: Element) -> Iterator[str]:
    """A line for each element that holds text of its own: its name and that text."""
    for element in root.iter():
        name = local_name(element)
        text = " ".join((element.text or "").split())
        if name and text:
            yield f"{name}: {text}"
        if tail := " ".join((element.tail or "").split()):
            yield tail
