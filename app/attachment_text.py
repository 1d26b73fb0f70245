"""The texts of attachments, by the process that reads documents: the desk itself opens none."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from app.leftovers import ATTACHMENTS
from app.reader_start import document_reader
from tools.held_folder import HeldFolder

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")


class AttachmentTexts:
    """Called with an attachment's name and what it holds, gives its text, or "" when there is none to read.

    What is being read lies in a folder of its own under `home`, which is gone when this is closed. Blocking; raises
    ExtractorFailed when the process cannot be started.
    """

    def __init__(self, home: Path) -> None:
        self._folder = HeldFolder(home, ATTACHMENTS)
        self._extractor = document_reader()

    def __call__(self, name: str, data: bytes) -> str:
        suffix = PurePosixPath(name).suffix
        file = self._folder.path / f"attachment{suffix if _SUFFIX.fullmatch(suffix) else ''}"
        try:
            file.write_bytes(data)
            document = self._extractor.extract(self._folder.path, file.name).document
        finally:
            file.unlink(missing_ok=True)
        return document.text if document else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._extractor.close()
        self._folder.close()
