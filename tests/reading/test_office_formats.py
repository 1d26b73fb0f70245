"""Formats that wrap their text: documents made here, read in this process."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest

from tests.reading import hostile_files
from tools.extraction.assembly import TextLimits
from tools.extraction.extract import extract_file
from tools.extraction.wire import Answer


def read(path: Path) -> tuple[Answer, str]:
    return extract_file(path.parent, path.name, TextLimits())


def places(answer: Answer) -> list[str]:
    return [place for _, place in answer["cuts"]]


def test_pdf_pages(tmp_path: Path) -> None:
    path = hostile_files.text_pdf(tmp_path / "a.pdf", "The deposit is due\non the first.", "Second page.")
    answer, text = read(path)
    assert text == "The deposit is due\non the first.\n\nSecond page."
    assert places(answer) == ["page 1", "page 2"]
    assert answer["status"] == "done"


def test_a_pdf_page_without_text_is_no_loss_unless_it_shows_an_image(tmp_path: Path) -> None:
    answer, _ = read(hostile_files.text_pdf(tmp_path / "a.pdf", "Text.", ""))
    assert answer["status"] == "done"
    image = b"q 100 0 0 100 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"
    answer, _ = read(hostile_files.pdf(tmp_path / "b.pdf", b"BT /F1 12 Tf 72 720 Td (Text.) Tj ET", image))
    assert (answer["status"], answer["reason"]) == (
        "partial",
        "page 2 is without text that can be read (scanned or drawn)",
    )
    answer, _ = read(hostile_files.pdf(tmp_path / "c.pdf", image))
    assert (answer["status"], answer["reason"]) == (
        "skipped",
        "holds only images (a scan); there is no text in it to read",
    )


def test_pdf_form_fields_and_comments_are_read(tmp_path: Path) -> None:
    place = b"/Type /Annot /Rect [10 10 90 30]"
    fields = (
        b"<< %s /Subtype /Widget /FT /Tx /T (tenant) /TU (Name of the tenant) /V (Ana Costa) >>" % place,
        b"<< %s /Subtype /Widget /FT /Tx /T (empty) >>" % place,
        b"<< %s /Subtype /Text /Contents (Ask her first.) >>" % place,
    )
    text_of_page = b"BT /F1 12 Tf 72 720 Td (Lease) Tj ET"
    _, text = read(hostile_files.pdf(tmp_path / "a.pdf", text_of_page, fields=fields))
    assert text == "Lease\nName of the tenant: Ana Costa\nComment: Ask her first."


def test_words_divided_at_line_ends_are_rejoined() -> None:
    from tools.extraction.formats.pdf import _with_words_rejoined

    text = "con\ufffe\nfirming that chat\ufffe\noptimized models chat, and pro\x02gram\ufffe\nming"
    assert _with_words_rejoined(text) == "confirming that chat-optimized models chat, and programming"


def test_protected_books_and_texts_are_called_that(tmp_path: Path) -> None:
    path = odf(tmp_path / "a.odt", "text", "")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
    assert read(path)[0]["reason"].startswith("is password-protected")
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="p.opf"/></container>')
        archive.writestr("META-INF/encryption.xml", '<e><CipherReference URI="one.xhtml"/></e>')
        archive.writestr("p.opf", "<package/>")
    assert read(tmp_path / "a.epub")[0]["reason"].startswith("is copy-protected")


DOCX_BODY = """
<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:t>Lease</w:t></w:r></w:p>
<w:p><w:r><w:t>The deposit is </w:t></w:r><w:r><w:t>1,200 euros.</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Name</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Age</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>Ana</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>30</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><w:t>The end.</w:t></w:r></w:p>"""


def test_docx_headings_tables_and_comments(tmp_path: Path) -> None:
    path = hostile_files.docx(tmp_path / "a.docx", DOCX_BODY)
    with zipfile.ZipFile(path, "a") as archive:
        style = '<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        archive.writestr("word/styles.xml", f"<w:styles {WORD}>{style}</w:styles>")
        comment = '<w:comment w:author="Ana"><w:p><w:r><w:t>Too much?</w:t></w:r></w:p></w:comment>'
        archive.writestr("word/comments.xml", f"<w:comments {WORD}>{comment}</w:comments>")
    answer, text = read(path)
    assert text == ("Lease\n\nThe deposit is 1,200 euros.\n\nName\tAge\nAna\t30\n\nThe end.\n\nAna: Too much?")
    assert places(answer) == ["section Lease", "comments"]
    assert answer["title"] == "Lease"


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

NUMBERING = """<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1(%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="*"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>"""


def numbered(number_id: int, level: int, text: str) -> str:
    place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number_id}"/></w:numPr>'
    return f"<w:p><w:pPr>{place}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_docx_lists_bear_the_numbers_that_word_draws(tmp_path: Path) -> None:
    items = [(1, 0, "Rent"), (1, 1, "due"), (1, 1, "late"), (1, 0, "Term"), (1, 1, "long"), (2, 0, "keys"), (3, 0, "x")]
    path = hostile_files.docx(tmp_path / "a.docx", "".join(numbered(*item) for item in items))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/numbering.xml", f"<w:numbering {WORD}>{NUMBERING}</w:numbering>")
    _, text = read(path)
    assert text.split("\n\n") == ["3. Rent", "3(a) due", "3(b) late", "4. Term", "4(a) long", "- keys", "I x"]


def test_docx_without_what_was_deleted_and_with_what_stands_aside(tmp_path: Path) -> None:
    body = """<w:p><w:r><w:t>Pay</w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del>
    <w:ins><w:r><w:t> now</w:t></w:r></w:ins><w:r><w:footnoteReference w:id="2"/><w:tab/><w:t>.</w:t></w:r></w:p>
    <w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>
    <w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>
    <w:p><w:r><w:drawing><docPr descr="A red square"/></w:drawing></w:r></w:p>
    <w:tbl><w:tr><w:tc><w:p/><w:tbl><w:tr><w:tc><w:p><w:r><w:t>inner</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:tc>
    <w:tc><w:p><w:r><w:t>outer</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"""
    path = hostile_files.docx(tmp_path / "a.docx", body)
    with zipfile.ZipFile(path, "a") as archive:
        note = '<w:footnote w:id="2"><w:p><w:r><w:t>By noon.</w:t></w:r></w:p></w:footnote>'
        archive.writestr("word/footnotes.xml", f"<w:footnotes {WORD}>{note}</w:footnotes>")
    answer, text = read(path)
    assert text.split("\n\n") == [
        "Pay now[2]\t.",
        "In a control.",
        "In a box.",
        "A red square",
        "\touter\ninner",
        "[2] By noon.",
    ]
    assert places(answer) == ["start of the document", "footnotes"]


def test_pptx_slides_in_reading_order(tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    low = slide.shapes.add_textbox(0, 5_000_000, 1000, 1000)
    low.text_frame.text = "Below"
    high = slide.shapes.add_textbox(0, 2_000_000, 1000, 1000)
    high.text_frame.text = "Above"
    slide.shapes.title.text = "The plan"
    slide.notes_slide.notes_text_frame.text = "Say hello."
    second = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = second.shapes.add_table(1, 2, 0, 0, 1000, 1000).table
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    data = CategoryChartData()
    data.categories = [2003]
    data.add_series("Sales", (1.5,))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 2000, 1000, 1000, data)
    presentation.save(tmp_path / "a.pptx")
    answer, text = read(tmp_path / "a.pptx")
    assert text == "The plan\n\nAbove\n\nBelow\n\nNotes: Say hello.\n\na\tb\n\n\tSales\n2003\t1.5"
    assert places(answer) == ["slide 1", "slide 2"]


def test_xlsx_rows_bear_their_numbers(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = workbook.add_worksheet("Sales")
    sheet.write_row(2, 1, ["Month", "Amount", "Paid"])
    date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for number in range(3, 120):
        sheet.write_datetime(number, 1, datetime.datetime(2026, 1, 1), date)
        sheet.write_number(number, 2, number + 0.5)
        sheet.write_boolean(number, 3, True)
    workbook.add_worksheet("Empty")
    workbook.close()
    answer, text = read(tmp_path / "a.xlsx")
    assert text.startswith("Sales\nMonth\tAmount\tPaid\n2026-01-01\t3.5\tTRUE\n")
    assert places(answer)[0].startswith("sheet Sales rows 3-")
    assert all(place.startswith("sheet Sales row 3 and rows ") for place in places(answer)[1:])
    assert places(answer)[-1].endswith("-120")


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)


def odf(path: Path, kind: str, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", f"<office:document-content {ODF}>{body}</office:document-content>")
    return path


def test_odt_headings_lists_tables_and_notes(tmp_path: Path) -> None:
    body = """<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:p>Before.</text:p>
    <text:h>Terms</text:h><text:p>Due<text:s/>on<text:note><text:note-body><text:p>by noon</text:p></text:note-body>
    </text:note>Monday.</text:p><text:list><text:list-item><text:p>one</text:p></text:list-item></text:list>
    <table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>
    <text:p>b</text:p></table:table-cell></table:table-row></table:table>"""
    answer, text = read(odf(tmp_path / "a.odt", "text", body))
    assert text == "Before.\n\nTerms\n\nDue on [by noon] Monday.\n\n- one\n\na\tb"
    assert places(answer) == ["start of the document", "section Terms"]


def test_odp_slides(tmp_path: Path) -> None:
    body = "".join(f"<draw:page><draw:frame><text:p>Slide {n}</text:p></draw:frame></draw:page>" for n in (1, 2))
    answer, text = read(odf(tmp_path / "a.odp", "presentation", body))
    assert (text.split(), places(answer)) == (["Slide", "1", "Slide", "2"], ["slide 1", "slide 2"])


def test_epub_chapters_in_the_order_of_the_spine(tmp_path: Path) -> None:
    package = """<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A book</dc:title>
    <dc:creator>Ana</dc:creator></metadata><manifest><item id="b" href="two.xhtml"/><item id="a" href="one%20.xhtml"/>
    <item id="c" href="gone.xhtml"/></manifest>
    <spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>"""
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="o/p.opf"/></container>')
        archive.writestr("o/p.opf", package)
        archive.writestr("o/one .xhtml", "<body><h1>Start</h1><p>First.</p></body>")
        archive.writestr("o/two.xhtml", "<body><p>Second.</p></body>")
    answer, text = read(tmp_path / "a.epub")
    assert text == "Title: A book\nAuthors: Ana\n\nStart\n\nFirst.\n\nSecond."
    assert places(answer) == ["about the book", "chapter 1, section Start", "chapter 2"]
    assert (answer["status"], answer["note"]) == ("partial", "chapter 3 is missing from the file")


def test_an_encrypted_office_file_is_called_that(tmp_path: Path) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.docx").write_bytes(data)
    answer, _ = read(tmp_path / "a.docx")
    assert answer["reason"] == "is password-protected; save a copy without a password to have it read"
