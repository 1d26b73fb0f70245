"""OpenDocument texts and presentations (ODF 1.3, part 3): headings, paragraphs, lists, tables, notes, slides."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tools.extraction.places import at
from tools.extraction.sections import Failed, Reading, Section, Source
from tools.extraction.xml_tree import local_name, parse_xml
from tools.extraction.zip_limits import open_zip

_UNREAD = frozenset(("tracked-changes", "forms", "sequence-decls", "variable-decls", "ruby-text", "settings"))
_DEEPEST = 200


def read(source: Source) -> Reading:
    """Sections by heading, or by slide. Raises Failed for a file that is damaged, encrypted or nested too deeply."""
    with open_zip(source.data) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
            "META-INF/manifest.xml"
        ):
            raise Failed("is password-protected; save a copy without a password to have it read")
        content = parse_xml(archive.read("content.xml"))
        meta = parse_xml(archive.read("meta.xml")) if "meta.xml" in archive.namelist() else None
    titles = (
        [element.text or "" for element in meta.iter() if local_name(element) == "title"] if meta is not None else []
    )
    reading = Reading(title=titles[0].strip() if titles else "")
    reading.sections = _sections(content)
    return reading


def _sections(content: Element) -> Iterator[Section]:
    label = "start of the document"
    blocks: list[str] = []
    slides = 0
    for kind, text in _blocks(content, 0):
        if kind in ("heading", "slide"):
            yield Section("\n\n".join(blocks), at(label))
            slides += kind == "slide"
            label = f"slide {slides}" if kind == "slide" else f"section {text[:120]}"
            blocks = []
        blocks.append(text)
    yield Section("\n\n".join(blocks), at(label))


def _blocks(element: Element, depth: int) -> Iterator[tuple[str, str]]:
    """(kind, text) in document order; kinds are heading, slide (which has no text) and text."""
    if depth > _DEEPEST:
        raise Failed("is nested too deeply to be read")
    for child in element:
        name = local_name(child)
        if name in _UNREAD:
            continue
        if name in ("h", "p"):
            if text := _inline(child, depth).strip():
                yield ("heading" if name == "h" else "text"), text
        elif name == "table":
            yield "text", "\n".join(_row(row, depth) for row in child.iter() if local_name(row) == "table-row")
        elif name == "list-item":
            yield "text", "- " + "\n".join(text for _, text in _blocks(child, depth + 1))
        else:
            if name == "page":
                yield "slide", ""
            yield from _blocks(child, depth + 1)


def _row(row: Element, depth: int) -> str:
    cells = (cell for cell in row if local_name(cell) in ("table-cell", "covered-table-cell"))
    return "\t".join(" ".join(text for _, text in _blocks(cell, depth + 1)) for cell in cells).rstrip("\t")


def _inline(element: Element, depth: int) -> str:
    """A paragraph's text, with notes and comments in brackets where they stand."""
    if depth > _DEEPEST:
        raise Failed("is nested too deeply to be read")
    parts = [element.text or ""]
    for child in element:
        name = local_name(child)
        if name in ("s", "tab", "line-break"):
            parts.append({"s": " ", "tab": "\t", "line-break": "\n"}[name])
        elif name in ("note", "annotation"):
            parts.append(f" [{' '.join(text for _, text in _blocks(child, depth + 1))}] ")
        elif name not in _UNREAD:
            parts.append(_inline(child, depth + 1))
        parts.append(child.tail or "")
    return "".join(parts)
