"""One reader for each family of file formats; each module has `read(source: Source) -> Reading`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from tools.extraction.sections import Reading, Source

Reader = Callable[[Source], Reading]

# Modules are imported when a file of their kind comes, since some take longer to import than a file takes to read; what
# packs this program has to be told to take all of this package along.
_MODULES = {
    "csv": "tables_text",
    "tsv": "tables_text",
    "docx": "docx",
    "eml": "mail",
    "epub": "epub",
    "html": "html",
    "ipynb": "notebook",
    "json": "json_text",
    "odp": "opendocument",
    "ods": "sheets",
    "odt": "opendocument",
    "pdf": "pdf",
    "pptx": "pptx",
    "rtf": "rtf",
    "srt": "subtitles",
    "vtt": "subtitles",
    "xls": "sheets",
    "xlsb": "sheets",
    "xlsx": "sheets",
    "xml": "xml_text",
}


def reader_of(format_name: str) -> Reader:
    """The reader of a format; whatever has none of its own is read as plain text."""
    module = import_module(f"{__name__}.{_MODULES.get(format_name, 'plain')}")
    return cast(Reader, module.read)
