"""What a file is: its name's word is taken where its content does not contradict it."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath

from tools.extraction.encodings import looks_binary
from tools.extraction.sections import Failed, Skipped
from tools.extraction.unread_kinds import unread_kind

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

LONGEST_EXTENSION = 12
"""Characters; what follows the last point and is longer belongs to the name."""

_EXTENSIONS = {
    "htm": "html",
    "xhtml": "html",
    "mht": "eml",
    "mhtml": "eml",
    "tab": "tsv",
    "text": "txt",
    "log": "txt",
    "markdown": "md",
    "docm": "docx",
    "dotx": "docx",
    "pptm": "pptx",
    "ppsx": "pptx",
    "potx": "pptx",
    "xlsm": "xlsx",
    "xltx": "xlsx",
    "ott": "odt",
    "rss": "xml",
    "atom": "xml",
    "geojson": "json",
    "webmanifest": "json",
}
_OWN_MARK = frozenset(("pdf", "docx", "pptx", "xlsx", "xlsb", "xls", "ods", "odt", "odp", "epub", "rtf"))
_NAMES = {
    "pdf": "a PDF file",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "xlsb": "an Excel workbook",
    "xls": "an Excel workbook",
    "ods": "an OpenDocument spreadsheet",
    "odt": "an OpenDocument text",
    "odp": "an OpenDocument presentation",
    "epub": "an EPUB book",
    "rtf": "an RTF document",
    "eml": "an e-mail",
    "html": "a web page",
    "ipynb": "a notebook",
    "json": "JSON",
}
_PARTS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsb",
}
_MIMETYPES = {
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}


def detect(name: str, data: bytes) -> str:
    """The short name of the file's format, an unknown extension being its own.

    Raises Skipped for what holds no text, Failed for a file that is not what its name says or is encrypted.
    """
    if not data:
        raise Skipped("is empty")
    if reason := unread_kind(name):
        raise Skipped(reason)
    suffix = PurePosixPath(name).suffix[1:].lower()
    named = _EXTENSIONS.get(suffix, suffix if suffix.isalnum() and len(suffix) <= LONGEST_EXTENSION else "")
    found = _by_content(data, named)
    if found:
        return found
    if named in _OWN_MARK:
        if looks_binary(data):
            raise Failed(f"is damaged or not {format_name(named)}")
        named = _by_opening(data) or "txt"
    if looks_binary(data):
        raise Skipped("holds binary data, not text")
    return named or _by_opening(data) or "txt"


def format_name(format_: str) -> str:
    """A format's name for a sentence: "a Word document"."""
    return _NAMES.get(format_, "a text file")


def _by_content(data: bytes, named: str) -> str:
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(data, named)
    if data.startswith(_OLE):
        return _ole_format(data, named)
    return ""


def _zip_format(data: bytes, named: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    mimetype = file.read(100).decode("ascii", "replace").strip().removesuffix("-template")
                if mimetype in _MIMETYPES:
                    return _MIMETYPES[mimetype]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError) as error:
        kind = format_name(named) if named in _OWN_MARK else "an archive"
        raise Failed(f"is damaged: it begins like {kind} and does not go on like one") from error
    for part, found in _PARTS.items():
        if part in names:
            return found
    if named in _OWN_MARK:
        raise Failed(f"is damaged or not {format_name(named)}")
    raise Skipped("is an archive; unpack it to have its files read")


def _ole_format(data: bytes, named: str) -> str:
    """Microsoft's container of the nineties: old Excel files, and what encrypts the newer ones."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Failed("is password-protected; save a copy without a password to have it read")
    if named == "xls" or "Workbook".encode("utf-16-le") in data:
        return "xls"
    raise Skipped("is an old Microsoft Office file, which is not supported; save it in the newer format")


def _by_opening(data: bytes) -> str:
    """Text formats that say what they are at the start, for files whose name does not."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "html"
    return "xml" if head.startswith(b"<?xml") else ""
