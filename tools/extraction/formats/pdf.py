"""PDF files by pdfium: the text of each page, with its filled-in form fields and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from tools.extraction.formats.pdf_annotations import annotation_lines, open_forms
from tools.extraction.places import at
from tools.extraction.sections import Failed, Reading, Section, Skipped, Source

# pdfium writes U+FFFE, or U+0002, for a hyphen at a line's end.
_DIVIDED = re.compile(r"(\w*)[\ufffe\x02][^\S\n]*\n?(\w*)")
SHORTEST_SECOND_WORD = 7
"""Letters; what follows a hyphen and is shorter may be an ending: "program-ming", "inform-ation"."""
_TRAILING = re.compile(r"[^\S\n]+$", re.M)


def read(source: Source) -> Reading:
    """One section a page. Raises Skipped when no page has text, as in a scan."""
    document = _open(source.data)
    if len(document) == 0:
        raise Failed("is a PDF without pages")
    reading = Reading(title=_title(document))
    reading.sections = _pages(document, reading)
    return reading


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            raise Failed("is password-protected; save a copy without a password to have it read") from error
        if code == raw.FPDF_ERR_SECURITY:
            raise Failed("is protected in a way that cannot be opened") from error
        raise Failed("is damaged or not a PDF file") from error


def _title(document: pdfium.PdfDocument) -> str:
    """The title in the file's metadata, unless it is the name of the file it was printed from."""
    title = str(document.get_metadata_value("Title") or "").strip()
    leftover = re.search(
        r"\.(docx?|xlsx?|pptx?|indd|qxd|tex|pdf)$|^Microsoft |^untitled|^\(anonymous\)$|^\W*$", title, re.I
    )
    return "" if leftover else title[:200]


def _pages(document: pdfium.PdfDocument, reading: Reading) -> Iterator[Section]:
    images: list[int] = []
    damaged: list[int] = []
    found = False
    forms = open_forms(document)
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
        except pdfium.PdfiumError:
            damaged.append(number)
            continue
        text = "\n".join([_page_text(page), *annotation_lines(page, forms)])
        if text.strip():
            found = True
            yield Section(text, at(f"page {number}"))
        elif next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), None):
            images.append(number)
        page.close()
    if not found:
        raise _without_text(len(document), images, damaged)
    if images:
        reading.notes.append(f"{_pages_named(images)} without text that can be read (scanned or drawn)")
    if damaged:
        reading.notes.append(f"{_pages_named(damaged)} damaged")


def _page_text(page: pdfium.PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range().replace("\r\n", "\n")
    finally:
        textpage.close()
    return _TRAILING.sub("", _with_words_rejoined(text))


def _with_words_rejoined(text: str) -> str:
    """Words divided at line ends in one piece, but "chat-optimized" with its hyphen: a word of the page, and more."""
    if "\ufffe" not in text and "\x02" not in text:
        return text
    known = set(re.findall(r"\w{3,}", _DIVIDED.sub(" ", text)))

    def rejoin(match: re.Match[str]) -> str:
        left, right = match.groups()
        compound = left in known and (right in known or len(right) >= SHORTEST_SECOND_WORD)
        return f"{left}-{right}" if compound else left + right

    return _DIVIDED.sub(rejoin, text)


def _without_text(count: int, images: list[int], damaged: list[int]) -> Skipped | Failed:
    if len(damaged) == count:
        return Failed("is damaged: none of its pages can be opened")
    if images:
        return Skipped("holds only images (a scan); there is no text in it to read")
    return Skipped("holds no text")


def _pages_named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]} is"
    shown = ", ".join(str(number) for number in numbers[:10])
    return f"pages {shown} and {len(numbers) - 10} more are" if len(numbers) > 10 else f"pages {shown} are"
