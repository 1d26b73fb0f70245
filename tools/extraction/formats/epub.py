"""EPUB books (EPUB 3.3, and 2): what the package says of the book, then its chapters in reading order."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from selectolax.lexbor import LexborHTMLParser

from tools.extraction.encodings import decode
from tools.extraction.formats.html import node_sections
from tools.extraction.places import at
from tools.extraction.sections import Failed, Reading, Section, Source
from tools.extraction.xml_tree import local_name, parse_xml, words
from tools.extraction.zip_limits import open_zip

_FIELDS = {
    "title": "Title",
    "creator": "Authors",
    "language": "Language",
    "publisher": "Publisher",
    "date": "Date",
    "description": "Description",
}


def read(source: Source) -> Reading:
    """Sections named by chapter and heading. Raises Failed for a file that is damaged, encrypted or too large."""
    archive = open_zip(source.data)
    try:
        container = parse_xml(archive.read("META-INF/container.xml"))
        package_path = next(element.get("full-path", "") for element in container.iter() if element.get("full-path"))
        package = parse_xml(archive.read(package_path))
    except (KeyError, StopIteration) as error:
        raise Failed("is damaged: it does not say where its chapters are") from error
    if _is_copy_protected(archive):
        raise Failed("is copy-protected (DRM), so that only its own reader can open it")
    about = _about(package)
    reading = Reading(title=about.get("Title", ""))
    reading.sections = _sections(archive, package, posixpath.dirname(package_path), about, reading)
    return reading


def _is_copy_protected(archive: ZipFile) -> bool:
    """Whether chapters are encrypted; fonts, which any book may scramble, are no matter."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return False
    parts = (element.get("URI", "") for element in parse_xml(archive.read("META-INF/encryption.xml")).iter())
    return any(part.lower().endswith(("html", "htm", "xml")) for part in parts)


def _about(package: Element) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for element in package.iter():
        label = _FIELDS.get(local_name(element))
        if label and (text := words(element)):
            found.setdefault(label, []).append(text)
    return {label: ", ".join(values) for label, values in found.items()}


def _sections(
    archive: ZipFile, package: Element, folder: str, about: dict[str, str], reading: Reading
) -> Iterator[Section]:
    yield Section("\n".join(f"{label}: {value}" for label, value in about.items()), at("about the book"))
    for number, name in enumerate(_chapters(package), 1):
        try:
            markup = decode(archive.read(posixpath.normpath(posixpath.join(folder, unquote(name)))))
        except KeyError:
            reading.notes.append(f"chapter {number} is missing from the file")
            continue
        body = LexborHTMLParser(markup).body
        if body is None:
            continue
        for section in node_sections(body, before=""):
            heading = section.place(0, 0)
            label = f"chapter {number}, {heading}" if heading else f"chapter {number}"
            yield Section(section.text, at(label), prose=section.prose)


def _chapters(package: Element) -> list[str]:
    """Paths of the chapters' files relative to the package's, in the order of its spine."""
    items = {item.get("id"): item.get("href", "") for item in package.iter() if local_name(item) == "item"}
    spine = (item.get("idref") for item in package.iter() if local_name(item) == "itemref")
    return [items[name] for name in spine if items.get(name)]
