"""One small document of each kind of parser that the binary has inside, written without any of them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SENTENCES = (
    "The deposit of 2,400 euros is returned within 30 days.",
    "Ana Keller signed the lease on 3 March 2026.",
    "The tenant keeps no dogs in the flat.",
)
GERMAN = (
    "Die Kaution beträgt 2.400 Euro und wird innerhalb von dreißig Tagen zurückgezahlt. Der Mieter hält keine Hunde in "
    "der Wohnung, und Änderungen des Vertrags müssen schriftlich vereinbart werden."
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"


def write_papers(folder: Path) -> int:
    """Write the documents into the folder, which is made, and return how many there are."""
    folder.mkdir(parents=True)
    (folder / "latin.txt").write_bytes(GERMAN.encode("latin-1"))
    (folder / "page.html").write_text("<html><body>" + "".join(f"<p>{one}</p>" for one in SENTENCES) + "</body></html>")
    (folder / "note.rtf").write_text(r"{\rtf1\ansi " + r"\par ".join(SENTENCES) + "}")
    (folder / "lease.pdf").write_bytes(_pdf(SENTENCES))
    _zip(folder / "lease.docx", _word())
    _zip(folder / "rent.xlsx", _sheet())
    _zip(folder / "talk.pptx", _slides())
    _zip(folder / "lease.odt", _open_document())
    return len(list(folder.iterdir()))


def _zip(path: Path, parts: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _relations(*targets: tuple[str, str]) -> str:
    rows = (
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(rows)}</Relationships>'


def _types(parts: Mapping[str, str] = MappingProxyType({})) -> str:
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    rows = (f'<Override PartName="{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in parts.items())
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">{default}<Default Extension="xml" ContentType="application/xml"/>'
        f"{''.join(rows)}</Types>"
    )


def _word() -> dict[str, str]:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in SENTENCES)
    return {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
    }


def _sheet() -> dict[str, str]:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{one}</t></is></c></row>' for n, one in enumerate(SENTENCES, 1)
    )
    sheets = f'<sheets><sheet name="Rent" sheetId="1" r:id="r1" xmlns:r="{_OFFICE}"/></sheets>'
    return {
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook {space}>{sheets}</workbook>",
        "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>",
    }


def _slides() -> dict[str, str]:
    spaces = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{_OFFICE}"'
    )
    text = "".join(f"<a:p><a:r><a:t>{one}</a:t></a:r></a:p>" for one in SENTENCES)
    shape = (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Text"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"
    )
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    main, slide = "presentationml.presentation.main", "presentationml.slide"
    return {
        "[Content_Types].xml": _types({"/ppt/presentation.xml": main, "/ppt/slides/slide1.xml": slide}),
        "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation {spaces}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst>'
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(("slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": f"<p:sld {spaces}><p:cSld><p:spTree>{group}{shape}</p:spTree></p:cSld></p:sld>",
    }


def _open_document() -> dict[str, str]:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    text = "".join(f"<text:p>{one}</text:p>" for one in SENTENCES)
    body = f"<office:body><office:text>{text}</office:text></office:body>"
    spaces = f'xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0"'
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"/>',
        "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>",
    }


def _pdf(lines: tuple[str, ...]) -> bytes:
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    content = f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, rows)
    return data + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(data))
