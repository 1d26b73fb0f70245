"""Real documents that other projects test with, where they are at hand."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.extraction.client import Extraction, Extractor
from tools.folder_walk import walk

UNSUPPORTED = {"test_outlook_msg.msg", "test_files.zip"}


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor((sys.executable, "-I", "-m", "tools.extraction")) as one:
        yield one


def plain(markdown: str) -> str:
    """A string without what is Markdown's way of writing: marks, link and image targets, table bars."""
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)?)?", r"\1", markdown)
    text = re.sub(r"^\]\(.*$|^data:\S*$", "", text)
    text = re.sub(r"^\s*(?:#{1,6}|[*>-])\s+", "", text, flags=re.M)
    text = re.sub(r"`{3}\w*|[*`|]|(?:---\s*)+", "", text)
    return " ".join(text.split())


def test_strings_that_another_extractor_finds_are_found(extractor: Extractor, shared_data: Path) -> None:
    root = shared_data / "documents" / "markitdown"
    found, missing = 0, []
    for vector in json.loads((root / "upstream_test_vectors.json").read_text()):
        if vector["filename"] in UNSUPPORTED:
            continue
        document = extractor.extract(root, vector["filename"]).document
        assert document is not None, vector["filename"]
        text = " ".join(document.text.split())
        for wanted in filter(None, map(plain, vector["must_include"])):
            if wanted in text or wanted in plain(document.text):
                found += 1
            else:
                missing.append((vector["filename"], wanted))
    assert found >= 0.95 * (found + len(missing)), missing


def test_words_of_pdfs_are_found(extractor: Extractor, shared_data: Path) -> None:
    root = shared_data / "documents" / "markitdown"
    for expected in (root / "expected_outputs").glob("*.md"):
        wanted = set(re.findall(r"\w+", expected.read_text()))
        document = extractor.extract(root, f"{expected.stem}.pdf").document
        if document is not None:
            assert len(wanted & set(re.findall(r"\w+", document.text))) >= 0.95 * len(wanted), expected.stem
        else:
            assert not wanted, expected.stem


@pytest.mark.parametrize("folder", ["documents", "calendar", "text", "messages", "images/invoices", "dialogues"])
def test_every_file_is_read_or_has_its_reason(extractor: Extractor, shared_data: Path, folder: str) -> None:
    root = shared_data / folder
    entries = list(walk(root))
    assert all(entry.readable or entry.reason for entry in entries)
    failed: list[Extraction] = []
    for found in extractor.extract_many(root, [entry.path for entry in entries if entry.readable]):
        assert (found.document is None) == (found.status in ("skipped", "failed"))
        assert found.status == "done" or found.reason
        failed += [found] if found.status == "failed" else []
    assert not failed
