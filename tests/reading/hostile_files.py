"""Makers of files that hang, explode or lie, none of them larger than a few megabytes."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

_DOCUMENT = "word/document.xml"
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(path: Path, body: str) -> Path:
    """A Word document with this content of its body element."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        f'Target="{_DOCUMENT}"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr(_DOCUMENT, f"<w:document {_WORD}><w:body>{body}</w:body></w:document>")
    return path


def zip_bomb_docx(path: Path, unpacked: int = 2**30) -> Path:
    """A Word document of about 1 MB whose text unpacks to 1 GiB."""
    block = b"<w:p>" + b" " * (2**20 - 5)
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open(_DOCUMENT, "w") as part:
        for _ in range(unpacked // 2**20):
            part.write(block)
    return path


def lying_docx(path: Path, unpacked: int = 64 * 2**20) -> Path:
    """A Word document that states a size of 1000 bytes for a text that unpacks to 64 MiB."""
    docx(path, " " * unpacked)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(_DOCUMENT).file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    return path


def dense_docx(path: Path, paragraphs: int = 900_000) -> Path:
    """A Word document within every size limit whose tree needs gigabytes."""
    return docx(path, "<w:p><w:r><w:t>a</w:t></w:r></w:p>" * paragraphs)


def pdf(path: Path, *contents: bytes, forms: tuple[bytes, ...] = (), fields: tuple[bytes, ...] = ()) -> Path:
    """A PDF with a page for each of these content streams, which may draw the `forms` as /X0, /X1 and so on.

    The `fields` are annotations of the first page; those that are widgets make a form.
    """
    first_page, first_form = 4, 4 + 2 * len(contents)
    names = b" ".join(b"/X%d %d 0 R" % (number, first_form + number) for number in range(len(forms)))
    first_field = first_form + len(forms)
    widgets = b" ".join(b"%d 0 R" % (first_field + number) for number in range(len(fields)))
    resources = b"/Resources << /Font << /F1 3 0 R >> /XObject << %s >> >>" % names
    kids = b" ".join(b"%d 0 R" % (first_page + 2 * number) for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % (b"/AcroForm << /Fields [%s] >>" % widgets if fields else b""),
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(contents):
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Annots [%s] %s >>"
        shown = widgets if number == 0 else b""
        objects += [page % (first_page + 2 * number + 1, shown, resources), _stream(b"", content)]
    objects += [_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + resources, form) for form in forms]
    objects += fields
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\n" % (count, table, count)
    path.write_bytes(data + head + b"startxref\n%d\n%%%%EOF\n" % len(data))
    return path


def _stream(entries: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<< %s /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def text_pdf(path: Path, *pages: str) -> Path:
    """A PDF whose pages show these texts, one line for each of theirs."""
    contents = []
    for page in pages:
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in page.split("\n"))
        contents.append(f"BT /F1 12 Tf 72 720 Td {shown} ET".encode("latin-1"))
    return pdf(path, *contents)


def large_pdf(path: Path) -> Path:
    """A PDF of some 100 kB whose one page draws millions of letters, which take gigabytes."""
    return pdf(path, b"BT /F1 12 Tf 10 10 Td " + b"(ab) Tj 1 0 Td " * 4_000_000 + b"ET")


def burning_pdf(path: Path) -> Path:
    """A PDF of some 20 kB that draws a form of five million empty steps a hundred times."""
    return pdf(path, b"/X0 Do " * 100, forms=(b"q Q " * 5_000_000,))


def wide_xlsx(path: Path) -> Path:
    """A workbook with one cell at the far corner of its sheet, XFD1048576."""
    far = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return xlsx(path, f'<row r="1"><c r="A1"><v>1</v></c></row>{far}')


def xlsx(path: Path, rows: str) -> Path:
    """A workbook with one sheet of these rows."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="Far" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def nested_html(path: Path, depth: int = 200_000) -> Path:
    path.write_text("<html><body>" + "<div>" * depth + "deep" + "</div>" * depth)
    return path


def entity_bomb_xml(path: Path) -> Path:
    """The "billion laughs": entities that multiply to 10 GB."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(f'<!DOCTYPE x [<!ENTITY e0 "ha ha ha ha">{entities}]><x>&e9;</x>')
    return path


def nested_json(path: Path, depth: int = 200_000) -> Path:
    path.write_text("[" * depth + "]" * depth)
    return path


def nested_mail(path: Path, depth: int = 3000) -> Path:
    """An e-mail that forwards itself 3,000 times."""
    header = "From: a@example.org\nContent-Type: message/rfc822\n\n"
    path.write_text(header * depth + "From: b@example.org\n\nthe end\n")
    return path


def nested_odt(path: Path, depth: int = 100_000) -> Path:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    inner = "<t:section>" * depth + "<t:p>deep</t:p>" + "</t:section>" * depth
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", f'<o:body xmlns:o="{office}" xmlns:t="{text}">{inner}</o:body>')
    return path


def one_line_csv(path: Path) -> Path:
    """A CSV file whose only quote is never closed."""
    path.write_bytes(b'a,b,"' + b"x,y\n" * 2_000_000)
    return path
