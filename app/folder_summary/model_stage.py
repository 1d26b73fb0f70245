"""The model's part of a summary: it reads every passage, then combines per file, then for the folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from app.folder_summary import prompts, proof
from app.folder_summary.document_plan import DocumentPlan, Planner, shortened
from app.folder_summary.events import Event, FileSummarised, FolderSummarised, Notice, Phase, Progress, TextWritten
from app.folder_summary.pace import Pace
from app.folder_summary.pieces import PieceRequest, PieceWriter
from app.folder_summary.planning import Budget, Unit, group
from app.folder_summary.reading import FoundFile
from app.folder_summary.report import CitedSentence, Stats
from app.folder_summary.shortening import is_shortened
from app.summary_options import Reading, SummaryOptions
from runtime.errors import ContextOverflow
from runtime.protocol import Turn
from tools.passages import Document

LIST_MARK = 4
"""Tokens at most that a list puts around one of its parts."""
STOPPED = "the model stopped before it; these are its own sentences"
NO_ROOM = "it did not fit the model's context; these are its own sentences"
WROTE_NOTHING = "the model wrote nothing about it; these are its own sentences"


@dataclass(frozen=True, slots=True)
class Part:
    """A summary of a part of something, and at most how many tokens it takes."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Target:
    """What is being written: the `kind` of piece, the path that it is about (empty for the folder), and how to ask."""

    kind: str
    path: str
    ask: Callable[[Sequence[str]], tuple[Turn, ...]]


@dataclass(frozen=True, slots=True)
class Job:
    """One file to summarise."""

    file: FoundFile
    plan: DocumentPlan
    chunks: list[list[Unit]]

    @property
    def path(self) -> str:
        return self.file.report.path

    @property
    def tokens(self) -> int:
        return sum(map(_tokens, self.chunks))


@dataclass(frozen=True, slots=True)
class _Told:
    """Tells of the text about `path` as it is written."""

    path: str
    emit: Callable[[Event], None]

    def wrote(self, text: str) -> None:
        self.emit(TextWritten(self.path, text))

    def began_again(self, why: str) -> None:
        self.emit(TextWritten(self.path, "", restart=True))
        self.emit(Notice(why))


class ModelStage:
    """Replaces the digest of each file, and then of the folder, by what the model writes and the sources support."""

    def __init__(
        self,
        session: EngineSession,
        database: DatabaseThread,
        options: SummaryOptions,
        stats: Stats,
        emit: Callable[[Event], None],
    ) -> None:
        self._database = database
        self._reading: Reading = "sentences" if session.is_pocket else options.depth
        self._stats = stats
        self._emit = emit
        self._planner = Planner(session, database, fresh=options.fresh)
        self._writer = PieceWriter(session, database, stats, fresh=options.fresh)
        self._budget = Budget(0, 0)
        self._pace = Pace(0)
        self._pieces = self._done = 0

    async def run(self, files: Sequence[FoundFile]) -> list[CitedSentence]:
        """Summarise the files, in order, and give the folder's sentences; empty when there is nothing to say.

        Raises RuntimeProblem when the engine cannot go on; every file summarised before keeps its summary.
        """
        self._budget = await self._planner.budget()
        jobs = await self._plan(files)
        self._pace = Pace(sum(job.tokens for job in jobs))
        self._pieces = sum(len(job.chunks) for job in jobs)
        parts: list[tuple[Job, Part]] = []
        for done, job in enumerate(jobs):
            try:
                document = await self._document(job)
                if document is not None:
                    parts.append((job, await self._summarise_file(job, document)))
            except ContextOverflow:
                self._leave([job], NO_ROOM)
            except BaseException:
                # Whatever the reason, these files show what was not done.
                self._leave(jobs[done:], STOPPED)
                raise
        self._progress("combining", self._done, self._pieces)
        summary = await self._summarise_folder([(job, part) for job, part in parts if part.text])
        if summary:
            self._emit(FolderSummarised(tuple(summary)))
        return summary

    async def _plan(self, files: Sequence[FoundFile]) -> list[Job]:
        jobs = []
        for done, file in enumerate(files):
            self._progress("planning", done, len(files), file.report.path)
            plan = await self._planner.plan(file, self._budget)
            spans = [(citation.start, citation.end) for said in file.report.summary for citation in said.citations]
            chunks = plan.chunks(self._budget.input, self._reading, spans)
            if chunks:
                jobs.append(Job(file, plan, chunks))
        return jobs

    def _leave(self, jobs: Sequence[Job], reason: str) -> None:
        """Say of files that the model has not read them: what is shown of them is the digest."""
        for job in jobs:
            reasons = "; ".join(filter(None, [job.file.report.reason, reason]))
            job.file.report = job.file.report.model_copy(update={"status": "partial", "reason": reasons})
            self._emit(FileSummarised(job.file.report))

    async def _document(self, job: Job) -> Document | None:
        return await self._database.run(lambda db: db.documents.get(job.file.content_hash))

    async def _summarise_file(self, job: Job, document: Document) -> Part:
        report = job.file.report.model_copy()
        title = shortened(report.title or job.file.path, self._planner.title_limit)
        language = job.plan.language
        parts = []
        for units in job.chunks:
            self._progress("summarising", self._done, self._pieces, job.path)
            text = _text(document, units)
            turns = prompts.summarise_text(title, text, language)
            generated = self._stats.generated
            # The pocket model only copies and drops: it is held to that.
            words_of = text if self._reading == "sentences" else None
            request = PieceRequest("part", document.content_hash, turns, self._budget.answer, words_of)
            parts.append(await self._write(job.path, request))
            self._done += 1
            self._pace.add(_tokens(units), parts[-1].tokens, reused=self._stats.generated == generated)
        target = Target("file", job.path, lambda texts: prompts.combine_parts(title, texts, language))
        part = await self._combine(parts, target)
        summary = await self._database.run(lambda _: proof.prove(part.text, report.path, document))
        proof.say_what_was_read(report, document, job.chunks, self._reading)
        if self._reading == "sentences":
            digest = [said.sentence for said in report.summary]
            summary = [said for said in summary if is_shortened(said.sentence, digest)] or report.summary
        if summary:
            report.summary = summary
        else:
            report.reason = report.reason or WROTE_NOTHING
        job.file.report = report
        self._emit(FileSummarised(report))
        return part

    async def _summarise_folder(self, parts: Sequence[tuple[Job, Part]]) -> list[CitedSentence]:
        if len(parts) == 1:
            return parts[0][0].file.report.summary
        if self._reading == "sentences":
            return []  # the sentences that the digest chose for the folder say more than one of them shortened
        language = Counter(job.plan.language for job, _ in parts).most_common(1)[0][0] if parts else ""
        named = [_named(shortened(job.path, self._planner.title_limit), part) for job, part in parts]
        whole = await self._combine(named, Target("folder", "", lambda texts: prompts.combine_files(texts, language)))
        files = [job.file for job, _ in parts]
        return await self._database.run(lambda db: proof.prove_folder(whole.text, files, db))

    async def _combine(self, parts: Sequence[Part], target: Target) -> Part:
        """One text out of several: combined in groups that fit the context, again and again until one is left."""
        while len(parts) > 1:
            combined = []
            for run in group([part.tokens + LIST_MARK for part in parts], self._budget.input):
                texts = [parts[index].text for index in run]
                if len(texts) == 1:
                    combined.append(parts[run.start])
                else:
                    request = PieceRequest(target.kind, _hash(texts), target.ask(texts), self._budget.answer)
                    combined.append(await self._write(target.path, request))
            parts = combined
        return parts[0] if parts else Part("", 0)

    async def _write(self, path: str, request: PieceRequest) -> Part:
        self._emit(TextWritten(path, "", restart=True))
        piece = await self._writer.write(request, _Told(path, self._emit))
        # A byte that is no character is written as one token and read back as three.
        return Part(proof.finished(piece.output), piece.tokens + 2 * piece.output.count("\ufffd"))

    def _progress(self, phase: Phase, done: int, total: int, current: str = "") -> None:
        pace = self._pace
        self._emit(Progress(phase, done, total, current, pace.tokens_per_second, pace.seconds_left))


def _text(document: Document, units: Sequence[Unit]) -> str:
    """The units' text, with a new line where something between two of them is left out."""
    parts = [document.text[unit.start : unit.end] for unit in units]
    gaps = ["" if one.end == other.start else "\n" for one, other in pairwise(units)]
    return "".join(part + gap for part, gap in zip_longest(parts, gaps, fillvalue=""))


def _tokens(units: Sequence[Unit]) -> int:
    return sum(unit.tokens for unit in units)


def _named(name: str, part: Part) -> Part:
    """The part with its file's name before it: no tokeniser takes more than one token for a byte."""
    return Part(f"{name}: {part.text}", part.tokens + len(name.encode()) + 4)


def _hash(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
