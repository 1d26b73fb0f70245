"""Files that hang, explode or lie: each ends soon, with a reason, and the next file is read as ever."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.reading import hostile_files
from tools.extraction.client import ExtractionLimits, Extractor
from tools.folder_walk import walk

COMMAND = (sys.executable, "-I", "-m", "tools.extraction")
LIMITS = ExtractionLimits(seconds=3.0)  # the product's own 12 s would only make the suite slower


class Peak:
    """The most memory that any child of this process used while it was watched, in MiB."""

    def __init__(self) -> None:
        self.mebibytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            for child in psutil.Process().children():
                try:
                    self.mebibytes = max(self.mebibytes, child.memory_info().rss // 2**20)
                except psutil.Error:
                    continue


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor(COMMAND, LIMITS) as one:
        yield one


@pytest.mark.parametrize(
    ("maker", "name", "reasons"),
    [
        (hostile_files.zip_bomb_docx, "bomb.docx", ["would unpack to more than 200 MiB"]),
        (hostile_files.lying_docx, "lying.docx", ["is damaged: it cannot be unpacked"]),
        (hostile_files.large_pdf, "large.pdf", ["needed more than", "took longer than"]),
        (hostile_files.burning_pdf, "burning.pdf", ["took longer than 3 s to read", "took too much processor time"]),
        (hostile_files.wide_xlsx, "wide.xlsx", ["could not be read as an Excel workbook", "made the reader crash"]),
        (hostile_files.nested_html, "nested.html", ["took longer than 3 s to read"]),
        (hostile_files.nested_mail, "nested.eml", ["is nested too deeply to be read"]),
        (hostile_files.nested_odt, "nested.odt", ["is nested too deeply to be read"]),
    ],
)
def test_it_ends_with_a_reason(
    extractor: Extractor, tmp_path: Path, maker: Callable[[Path], Path], name: str, reasons: list[str]
) -> None:
    maker(tmp_path / name)
    (tmp_path / "good.txt").write_text("Text.")
    started = time.monotonic()
    with Peak() as peak:
        found = extractor.extract(tmp_path, name)
    assert found.status == "failed"
    assert any(found.reason.startswith(reason) for reason in reasons), found.reason
    assert time.monotonic() - started < 15
    assert peak.mebibytes < 800
    assert extractor.extract(tmp_path, "good.txt").status == "done"


@pytest.mark.parametrize(
    ("maker", "name"), [(hostile_files.entity_bomb_xml, "laughs.xml"), (hostile_files.nested_json, "nested.json")]
)
def test_what_cannot_be_parsed_is_read_as_the_text_it_is(
    extractor: Extractor, tmp_path: Path, maker: Callable[[Path], Path], name: str
) -> None:
    path = maker(tmp_path / name)
    found = extractor.extract(tmp_path, name)
    assert found.document is not None
    assert found.document.text == path.read_text()


def test_a_document_too_large_to_finish_is_read_in_part(tmp_path: Path) -> None:
    from tools.extraction.assembly import TextLimits
    from tools.extraction.extract import extract_file

    hostile_files.dense_docx(tmp_path / "dense.docx", paragraphs=60_000)
    answer, text = extract_file(tmp_path, "dense.docx", TextLimits(seconds=0.05))
    assert answer["status"] == "partial"
    assert answer["reason"].startswith("it takes long to read, so reading stopped after")
    assert len(text) >= 100_000


def test_the_files_that_others_collected(extractor: Extractor, shared_data: Path) -> None:
    root = shared_data / "hostile_documents"
    entries = list(walk(root))
    reasons = {entry.path: entry.reason for entry in entries if not entry.readable}
    with Peak() as peak:
        for found in extractor.extract_many(root, [entry.path for entry in entries if entry.readable]):
            assert found.document is not None or found.reason, found.path
            reasons[found.path] = found.reason
    assert peak.mebibytes < 800
    assert reasons["droste.zip"] == reasons["quine.gz"] == "is an archive; unpack it to have its files read"
    assert reasons["testPassword4Spaces.pdf"].startswith("is password-protected")
    assert reasons["testWORD_truncated.docx"].startswith("is damaged")
    assert reasons["testXXE.xml"] == "holds no text"
