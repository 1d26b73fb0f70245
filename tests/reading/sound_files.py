"""Makers of one small sound document of each kind, for what damages them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from pptx import Presentation

from tests.reading import hostile_files

LINES = ("The deposit is 2,400 euros.", "Die Kaution beträgt 2.400 Euro.", "The tenant shall not keep dogs.")
PLAIN = "\n\n".join(LINES)
_MANIFEST = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
_HTML = "<html><head><title>Lease</title></head><body><h1>Lease</h1>{}</body></html>"
_PAGE = _HTML.format("".join(f"<p>{line}</p><ul><li>one</li></ul>" for line in LINES))


def _docx(path: Path) -> None:
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Name</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    hostile_files.docx(path, "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in LINES) + table)


def _xlsx(path: Path) -> None:
    cells = '<c r="A{0}"><v>{0}</v></c><c r="B{0}" t="inlineStr"><is><t>rent</t></is></c>'
    hostile_files.xlsx(path, "".join(f'<row r="{row}">{cells.format(row)}</row>' for row in range(1, 30)))


def _pptx(path: Path) -> None:
    deck = Presentation()
    for line in LINES:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = "Lease", line
        slide.notes_slide.notes_text_frame.text = "Say hello."
    deck.save(str(path))


def _odf(path: Path) -> None:
    names = {"office": "office", "text": "text", "table": "table", "draw": "drawing"}
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in names.items()
    )
    rows = "".join(
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{line}</text:p></table:table-cell>'
        "</table:table-row>"
        for line in LINES
    )
    table = f'<table:table table:name="Rent">{rows}</table:table>'
    bodies = {
        ".odt": f"<office:text><text:h>Lease</text:h><text:p>{LINES[0]}</text:p>{table}</office:text>",
        ".ods": f"<office:spreadsheet>{table}</office:spreadsheet>",
        ".odp": f"<office:presentation><draw:page><draw:frame><text:p>{LINES[0]}</text:p></draw:frame></draw:page>"
        "</office:presentation>",
    }
    kind = {".odt": "text", ".ods": "spreadsheet", ".odp": "presentation"}[path.suffix]
    body = f"<office:body>{bodies[path.suffix]}</office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {_MANIFEST}/>")
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")


def _epub(path: Path) -> None:
    items = "".join(f'<item id="c{n}" href="{n}.xhtml"/>' for n in range(len(LINES)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(LINES)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="p.opf"/></container>')
        archive.writestr("p.opf", f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>")
        for number, line in enumerate(LINES):
            archive.writestr(f"{number}.xhtml", f"<body><h1>{number}</h1><p>{line}</p></body>")


def _eml(path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jürgen <j@example.org>", "ana@example.org", "The keys"
    mail.set_content(PLAIN)
    mail.add_alternative(_PAGE, subtype="html")
    mail.add_attachment("The notes.", filename="notes.txt")
    path.write_bytes(mail.as_bytes())


def _notebook(path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": [line]} for line in LINES]
    code = {"cell_type": "code", "source": "print(1)", "outputs": [{"text": ["1\n"]}]}
    path.write_text(json.dumps({"metadata": {}, "cells": [*cells, code]}), "utf-8")


def _text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, "utf-8")


MAKERS: dict[str, Callable[[Path], object]] = {
    "pdf": lambda path: hostile_files.text_pdf(path, *LINES),
    "docx": _docx,
    "xlsx": _xlsx,
    "pptx": _pptx,
    "odt": _odf,
    "ods": _odf,
    "odp": _odf,
    "epub": _epub,
    "eml": _eml,
    "html": _text(_PAGE),
    "rtf": _text(r"{\rtf1\ansi\ansicpg1252 The deposit\par \'fcber {\b dogs}\par}"),
    "ipynb": _notebook,
    "json": _text(json.dumps([{"line": line, "number": number} for number, line in enumerate(LINES)])),
    "xml": _text("<lease>" + "".join(f"<line>{line}</line>" for line in LINES) + "</lease>"),
    "csv": _text("name,amount\n" + 'rent,"1,200"\n' * 40),
    "srt": _text("".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{line}\n\n" for n, line in enumerate(LINES))),
    "md": _text(f"# Lease\n\n{PLAIN}\n\n- one\n"),
    "txt": _text(PLAIN),
}
"""By the ending of the file's name; each takes the path to write."""
