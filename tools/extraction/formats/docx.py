"""Word documents (ECMA-376 part 1): paragraphs with their numbers, tables, notes and comments, by their headings.

Read here and not by a library: those tried either leave out what Word draws (list numbers, comments, text boxes), fail
on files that other programs wrote, or hold the whole document in memory several times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from tools.extraction.formats.docx_numbering import Numbering
from tools.extraction.places import at
from tools.extraction.sections import Failed, Reading, Section, Source
from tools.extraction.xml_tree import attribute, child, children_of, local_name, parse_xml, words
from tools.extraction.zip_limits import open_zip

# The names of Word's own styles in styles.xml are English whatever the language of the program.
_HEADING = re.compile(r"heading \d|title|subtitle", re.I)

_UNREAD = frozenset(("pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "del", "moveFrom", "instrText", "Fallback"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OPERATORS = {"f": "/", "sSup": "^", "sSub": "_"}


LARGE_SECTION = 100_000
"""Characters; a longer section is handed on in parts, so that a large document can be stopped at its limits."""


@dataclass(slots=True)
class _Styles:
    """What paragraphs take from their style: being a heading, or standing in a list."""

    headings: set[str] = field(default_factory=set)
    lists: dict[str, Element] = field(default_factory=dict)


def read(source: Source) -> Reading:
    """Raises Failed for a file that is damaged, encrypted or unpacks to too much."""
    archive = open_zip(source.data)
    if "word/document.xml" not in archive.namelist():
        raise Failed("is damaged: its text is missing")
    core = _part(archive, "docProps/core.xml")
    title = child(core, "title")
    reading = Reading(title=words(title) if title is not None else "")
    reading.sections = _sections(archive, reading)
    return reading


def _sections(archive: ZipFile, reading: Reading) -> Iterator[Section]:
    label = "start of the document"
    blocks: list[str] = []
    size = 0
    document = _Document(_styles(archive), Numbering(_part(archive, "word/numbering.xml")))
    with archive.open("word/document.xml") as part:
        for is_heading, text in document.blocks(children_of(part, "body")):
            if is_heading or size > LARGE_SECTION:
                yield Section("\n\n".join(blocks), at(label))
                blocks, size = [], 0
            if is_heading:
                reading.title = reading.title or text
                label = f"section {text[:120]}"
            blocks.append(text)
            size += len(text)
    yield Section("\n\n".join(blocks), at(label))
    for name, kind in (("footnotes", "footnote"), ("endnotes", "endnote")):
        notes = [f"[{attribute(note, 'id')}] {text}" for note, text in _notes(archive, name, kind)]
        yield Section("\n".join(notes), at(name))
    comments = [f"{attribute(note, 'author')}: {text}" for note, text in _notes(archive, "comments", "comment")]
    yield Section("\n".join(comments), at("comments"))


class _Document:
    """Turns the elements of a document into text, counting its lists."""

    def __init__(self, styles: _Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering

    def blocks(self, elements: Iterable[Element]) -> Iterator[tuple[bool, str]]:
        """(is a heading, text) of each paragraph and each table that holds any."""
        for element in elements:
            name = local_name(element)
            if name == "p":
                text = _inline(element).strip()
                if text:
                    yield self._is_heading(element), self._label(element) + text
            elif name == "tbl":
                rows = [self._row(row) for row in element.iter() if local_name(row) == "tr"]
                if table := "\n".join(row for row in rows if row.strip()):
                    yield False, table
            elif name not in _UNREAD:  # content controls, insertions and the like wrap blocks
                yield from self.blocks(element)

    def _row(self, row: Element) -> str:
        """The cells of one row; the rows of a table inside a cell come as rows of their own."""
        cells = [cell for cell in row if local_name(cell) == "tc"]
        cells = cells or [cell for cell in row.iter() if local_name(cell) == "tc"]  # inside content controls
        texts = (" ".join(text for _, text in self.blocks(_without_tables(cell))) for cell in cells)
        return "\t".join(" ".join(text.split()) for text in texts).rstrip("\t")

    def _is_heading(self, paragraph: Element) -> bool:
        properties = child(paragraph, "pPr")
        outlined = attribute(child(properties, "outlineLvl"), "val")
        return outlined in tuple("012345678") or attribute(child(properties, "pStyle"), "val") in self._styles.headings

    def _label(self, paragraph: Element) -> str:
        properties = child(paragraph, "pPr")
        place = child(properties, "numPr")
        if place is None:
            place = self._styles.lists.get(attribute(child(properties, "pStyle"), "val"))
        level = attribute(child(place, "ilvl"), "val")
        return self._numbering.label(attribute(child(place, "numId"), "val"), int(level) if level.isdecimal() else 0)


def _without_tables(cell: Element) -> list[Element]:
    return [element for element in cell if local_name(element) != "tbl"]


def _inline(element: Element) -> str:
    """The text of a paragraph or of a part of it, with what its pictures are said to show."""
    parts = []
    for one in element:
        name = local_name(one)
        if name in ("t", "delText"):
            parts.append(one.text or "" if name == "t" else "")
        elif name in _SIGNS:
            parts.append(_SIGNS[name])
        elif name in ("footnoteReference", "endnoteReference"):
            parts.append(f"[{attribute(one, 'id')}]")
        elif name == "docPr":
            parts.append(f" {attribute(one, 'descr')} ")
        elif name in _OPERATORS:
            parts.append(_OPERATORS[name].join(_operand(operand) for operand in one if words(operand)))
        elif name not in _UNREAD:
            parts.append(_inline(one) + ("\n" if name == "p" else ""))  # paragraphs in here are those of a text box
    return "".join(parts)


def _operand(element: Element) -> str:
    text = _inline(element)
    return text if len(text) == 1 or text.isalnum() else f"({text})"


def _notes(archive: ZipFile, name: str, kind: str) -> Iterator[tuple[Element, str]]:
    """Each note or comment that says something, with its element."""
    root = _part(archive, f"word/{name}.xml")
    for note in root if root is not None else ():
        if local_name(note) == kind and (text := " ".join(_inline(note).split())):
            yield note, text


def _styles(archive: ZipFile) -> _Styles:
    styles = _Styles()
    root = _part(archive, "word/styles.xml")
    for style in root if root is not None else ():
        name = attribute(style, "styleId")
        if _HEADING.fullmatch(attribute(child(style, "name"), "val")):
            styles.headings.add(name)
        place = child(child(style, "pPr"), "numPr")
        if place is not None:
            styles.lists[name] = place
    return styles


def _part(archive: ZipFile, name: str) -> Element | None:
    return parse_xml(archive.read(name)) if name in archive.namelist() else None
