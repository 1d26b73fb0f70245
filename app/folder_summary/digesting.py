"""The digest as rows of the report: the files' own sentences, each its own source."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.folder_summary.reading import FoundFile
from app.folder_summary.report import Citation, CitedSentence, FileReport
from app.right_of_way import giving_way
from tools.desk_db import DeskDatabase
from tools.digest import DocumentDigest, FolderDigester, KeySentence
from tools.passages import Document

BATCH_FILES = 64
BATCH_PASSAGES = 500
"""Files, or passages of files, in memory at a time."""
STEP_SECONDS = 0.25
"""How often the screen hears of what was digested: to draw it takes the same processor."""


@dataclass(slots=True)
class DigestStep:
    """The files digested since the step before, `done` in all; the last step has the folder's own sentences."""

    done: int
    files: list[FoundFile] = field(default_factory=list)
    summary: list[CitedSentence] = field(default_factory=list)


def digest(database: DeskDatabase, files: Sequence[FoundFile]) -> Iterator[DigestStep]:
    """Give every file the sentences that carry it, and at the end those that carry the folder."""
    digester = FolderDigester()
    done = 0
    waiting: list[FoundFile] = []
    told = time.monotonic()
    for batch in _batches(files):
        documents = database.documents.get_many(file.content_hash for file in batch)
        for file in giving_way(batch):
            document = documents.get(file.content_hash)
            if document is not None:
                found = digester.add(file.report.path, document)
                file.report = _digested(file.report, document, found)
        done += len(batch)
        waiting += batch
        if time.monotonic() - told > STEP_SECONDS:
            yield DigestStep(done, waiting)
            waiting, told = [], time.monotonic()
    if waiting:
        yield DigestStep(done, waiting)
    sentences = digester.digest().sentences
    yield DigestStep(done, summary=[_own_words(each.path, each.sentence) for each in sentences])


def _batches(files: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
    batch: list[FoundFile] = []
    passages = 0
    for file in files:
        batch.append(file)
        passages += file.report.passages
        if len(batch) >= BATCH_FILES or passages >= BATCH_PASSAGES:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def _digested(report: FileReport, document: Document, found: DocumentDigest) -> FileReport:
    return report.model_copy(
        update={
            "title": found.title or report.title,
            "summary": [_own_words(report.path, sentence) for sentence in found.sentences],
            "passages_read": len(document.passages),
        }
    )


def _own_words(path: str, sentence: KeySentence) -> CitedSentence:
    citation = Citation(path=path, place=sentence.place, start=sentence.start, end=sentence.end, quote=sentence.text)
    return CitedSentence(sentence=" ".join(sentence.text.split()), supported=True, citations=[citation])
