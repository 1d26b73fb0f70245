"""RTF documents by striprtf."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from striprtf.striprtf import rtf_to_text

from tools.extraction.formats.plain import read_text
from tools.extraction.sections import Reading, Source

_CODE_PAGE = re.compile(rb"\\ansicpg(\d{1,5})")


def read(source: Source) -> Reading:
    """The text in one section, placed by the lines it comes to."""
    page = _CODE_PAGE.search(source.data[:2048])
    encoding = f"cp{page[1].decode()}" if page else "cp1252"
    convert = cast(Callable[..., str], rtf_to_text)
    text = convert(source.data.decode("latin-1"), encoding=encoding, errors="replace")
    return read_text(text.strip("\n") + "\n" if text.strip() else "")
