"""The whole job, from a folder's path to a report, as a stream of events; it knows no screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import batched, chain

from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from app.errors import DeskError
from app.folder_summary import digesting
from app.folder_summary.events import DigestReady, Event, FilesRead, Finished, Notice, Progress
from app.folder_summary.model_stage import ModelStage
from app.folder_summary.reading import FoundFile, read_sources
from app.folder_summary.report import CitedSentence, Coverage, Report, Stats
from app.folder_summary.sources import Source
from app.right_of_way import giving_way
from app.summary_options import SummaryOptions
from runtime.errors import RuntimeProblem
from tools.errors import ToolProblem
from tools.extraction.client import Extractor


class FolderSummary:
    """One run over some folders and files. `session` is the model that writes, or None for the digest alone."""

    def __init__(
        self, database: DatabaseThread, extractor: Extractor, session: EngineSession | None, options: SummaryOptions
    ) -> None:
        self._database = database
        self._extractor = extractor
        self._session = session
        self._options = options
        self._stats = Stats()
        self._notices: list[str] = []
        self._emit: Callable[[Event], None] = lambda event: None

    async def run(self, sources: Sequence[Source]) -> AsyncGenerator[Event]:
        """The events of the run, in order; `Finished` is the last.

        Closing the iterator stops everything at once; what was read and written until then is kept.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._emit = events.put_nowait
        work = asyncio.create_task(self._work(sources))
        work.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            await work
        finally:
            if not work.done():
                self._extractor.cancel()
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    async def _work(self, sources: Sequence[Source]) -> None:
        started = time.monotonic()
        files = await self._read(sources)
        summary = await self._digest(files)
        if self._session is not None:
            summary = await self._write(self._session, files) or summary
        self._stats.seconds = round(time.monotonic() - started, 3)
        report = await self._database.run(lambda _: self._report(files, summary))
        self._emit(Finished(report))

    def _report(self, files: Sequence[FoundFile], summary: list[CitedSentence]) -> Report:
        return Report(
            summary=summary,
            coverage=coverage_of(files),
            files=[file.report for file in files],
            stats=self._stats,
            model=self._session.name if self._session else None,
            notices=self._notices,
        )

    async def _read(self, sources: Sequence[Source]) -> list[FoundFile]:
        files: list[FoundFile] = []
        self._emit(Progress("listing", 0, 0))
        async for batch in self._database.stream(
            lambda db: read_sources(
                db, self._extractor, sources, fresh=self._options.fresh, levels=self._options.levels
            )
        ):
            files += batch.files
            current = batch.files[-1].report.path if batch.files else ""
            self._emit(Progress("reading" if batch.total else "listing", batch.done, batch.total, current))
            if batch.files:
                self._emit(_rows(batch.files))
        return await self._database.run(lambda _: sorted(files, key=lambda file: file.report.path))

    async def _digest(self, files: Sequence[FoundFile]) -> list[CitedSentence]:
        readable = [file for file in files if file.content_hash]
        self._emit(Progress("digest", 0, len(readable)))
        summary: list[CitedSentence] = []
        async for step in self._database.stream(lambda db: digesting.digest(db, readable)):
            self._emit(Progress("digest", step.done, len(readable)))
            if step.files:
                self._emit(_rows(step.files))
            summary = step.summary
        coverage = await self._database.run(lambda _: coverage_of(files))
        self._emit(DigestReady(tuple(summary), coverage))
        return summary

    async def _write(self, session: EngineSession, files: Sequence[FoundFile]) -> list[CitedSentence]:
        stage = ModelStage(session, self._database, self._options, self._stats, self._emit)
        try:
            return await stage.run([file for file in files if file.content_hash])
        except (RuntimeProblem, ToolProblem, DeskError) as problem:
            # The digest stands, and so does all that the model wrote before.
            self._notices.append(problem.sentence())
            self._emit(Notice(problem.sentence()))
            return []


def _rows(files: Sequence[FoundFile]) -> FilesRead:
    return FilesRead(tuple(file.report for file in files))


def coverage_of(files: Sequence[FoundFile]) -> Coverage:
    coverage = Coverage(files=len(files))
    for file in chain.from_iterable(giving_way(batched(files, 200))):
        match file.report.status:
            case "done":
                coverage.done += 1
            case "partial":
                coverage.partial += 1
            case "skipped":
                coverage.skipped += 1
            case "failed":
                coverage.failed += 1
        coverage.passages += file.report.passages
        coverage.passages_read += file.report.passages_read
    return coverage
