"""What the model wrote against what the files say: each sentence gets its sources, checked character for character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.folder_summary.citations import cite_text, verify
from app.folder_summary.planning import Unit
from app.folder_summary.reading import FoundFile
from app.folder_summary.report import CitedSentence, FileReport
from app.folder_summary.source_index import SourceIndex
from app.summary_options import Reading
from tools.desk_db import DeskDatabase
from tools.passages import Document, Passage
from tools.sentences import split_sentences

ENDINGS = (".", "!", "?", "…", "。", "！", "？", "।", '"', "”", "»", ")", "]")
MOST_PLACES = 6


def finished(text: str) -> str:
    """The text without a last sentence that the limit of its length cut off, unless it is the only one."""
    spans = split_sentences(text)
    if len(spans) > 1 and not text.rstrip().endswith(ENDINGS):
        return text[: spans[-2][1]].rstrip()
    return text.strip()


def prove(text: str, path: str, document: Document) -> list[CitedSentence]:
    """The sentences of a file's summary with their sources in that file."""
    return _checked(cite_text(text, SourceIndex([(path, document)])), {path: document})


def prove_folder(text: str, files: Sequence[FoundFile], database: DeskDatabase) -> list[CitedSentence]:
    """The sentences of a folder's summary with their sources: the passages on which the files' summaries rest."""
    index = SourceIndex()
    documents: dict[str, Document] = {}
    for file in files:
        spans = [(citation.start, citation.end) for said in file.report.summary for citation in said.citations]
        document = database.documents.get(file.content_hash) if spans else None
        if document is not None:
            documents[file.report.path] = document
            index.add(file.report.path, document, spans)
    return _checked(cite_text(text, index), documents)


def say_what_was_read(
    report: FileReport, document: Document, chunks: Sequence[Sequence[Unit]], reading: Reading
) -> None:
    """Set how many passages the model read and, where these are not all, which."""
    if reading != "quick":
        report.passages_read = len(document.passages)
        return
    units = [unit for chunk in chunks for unit in chunk]
    read = [
        passage
        for passage in document.passages
        if any(unit.start < passage.end and passage.start < unit.end for unit in units)
    ]
    report.passages_read = len(read)
    if len(read) < len(document.passages):
        report.status = "partial"
        quick = f"quick: the model read {len(read)} of {len(document.passages)} passages ({_places(read)})"
        report.reason = "; ".join(filter(None, [report.reason, quick]))


def _places(passages: Sequence[Passage]) -> str:
    places = list(dict.fromkeys(passage.place for passage in passages))
    shown = ", ".join(places[:MOST_PLACES])
    return shown if len(places) <= MOST_PLACES else f"{shown} and {len(places) - MOST_PLACES} more"


def _checked(sentences: list[CitedSentence], documents: Mapping[str, Document]) -> list[CitedSentence]:
    """The sentences without citations that are not verbatim; one that loses any is not shown as supported."""
    for sentence in sentences:
        sound = [citation for citation in sentence.citations if verify(citation, documents[citation.path])]
        if len(sound) < len(sentence.citations):
            sentence.citations, sentence.supported = sound, False
    return sentences
