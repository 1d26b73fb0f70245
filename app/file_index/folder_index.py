"""Folders that are kept in the index: read as a summary reads them, remembered, and forgotten when the user says so."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from app.database_thread import DatabaseThread
from app.errors import DeskError
from app.file_index.passage_vectors import PassageVectors
from app.folder_summary.events import Progress
from app.folder_summary.reading import read_sources
from app.folder_summary.sources import Source, sources_of
from tools.desk_db import DeskDatabase, FileProblem, FileRecord, IndexedFolder
from tools.extraction.client import Extractor
from tools.reading import point_at


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one folder; the counts are of files that can be read, and `problems` of those that failed."""

    root: str
    added: int
    changed: int
    unchanged: int
    removed: int
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An indexed folder as a list shows it; `vectors` counts its passages that have one."""

    folder: IndexedFolder
    vectors: int
    problems: tuple[FileProblem, ...]


class FolderIndex:
    """Works with an extractor of its own, so that a summary can read meanwhile. One caller at a time."""

    def __init__(self, database: DatabaseThread, extractor: Extractor, vectors: PassageVectors) -> None:
        self._database = database
        self._extractor = extractor
        self.vectors = vectors

    async def roots(self) -> list[Path]:
        return [Path(root) for root in await self._database.run(lambda db: db.indexed_folders.roots())]

    async def add(self, root: Path) -> AsyncGenerator[Progress | Refreshed]:
        """Remember the folder and read it; `Refreshed` is the last event. Stopping keeps what is done."""
        await self._database.run(lambda db: db.indexed_folders.add(str(root)))
        async with aclosing(self.refresh(root)) as steps:
            async for step in steps:
                yield step

    async def refresh(self, root: Path, *, background: bool = False) -> AsyncGenerator[Progress | Refreshed]:
        """Read what is new or changed in an indexed folder, and forget what is gone.

        In the background nothing is tidied away: what is not referred to any more is not found either.
        Raises DeskError when the folder is not there, and forgets nothing then.
        """
        indexed_folder(root)
        before = await self._database.run(lambda db: db.files.known(str(root)))
        async with aclosing(self._read(root, background=background)) as steps:
            async for step in steps:
                yield step
        after, problems = await self._database.run(lambda db: _finish(db, str(root)))
        refreshed = _compared(str(root), before, after, problems)
        if not background and (refreshed.changed or refreshed.removed):
            await self._database.run(lambda db: db.documents.remove_unused())
        yield refreshed

    async def make_vectors(self) -> AsyncGenerator[Progress]:
        """Make the vectors that are missing. Raises RuntimeProblem when the embedding model cannot."""
        done = 0
        async with aclosing(self.vectors.make_missing()) as batches:
            async for count in batches:
                done += count
                yield Progress("vectors", done, 0)

    async def kept(self) -> list[Kept]:
        """Every indexed folder, in the order of their paths."""
        return await self._database.run(lambda db: _kept(db, self.vectors.model))

    async def remove(self, root: Path) -> None:
        """Forget the folder and all that was derived from its files alone.

        Raises DeskError when it is not in the index.
        """
        if root not in await self.roots():
            raise DeskError(
                f"{root} is not in the index.", title="Nothing to forget", hint="See llama-desk index list."
            )
        await self._database.run(lambda db: _forget(db, str(root)))

    def close(self) -> None:
        """End the reading process; a later call starts a new one. Raises ToolProblem."""
        self._extractor.close()

    async def _read(self, root: Path, *, background: bool) -> AsyncGenerator[Progress]:
        ended = False
        yield Progress("listing", 0, 0)
        batches = self._database.stream(
            lambda db: read_sources(db, self._extractor, (Source(root),), fresh=False), background=background
        )
        try:
            async for batch in batches:
                current = batch.files[-1].report.path if batch.files else ""
                yield Progress("reading" if batch.total else "listing", batch.done, batch.total, current)
            ended = True
        finally:
            if not ended:
                self._extractor.cancel()


def folder_to_index(path: Path) -> Path:
    """The whole path of a folder that can be read. Raises DeskError for anything else, and Withheld."""
    root = sources_of([path])[0].root
    point_at(root)
    if not root.is_dir():
        raise DeskError(f"{path} is a file.", title="Not a folder", hint="Name the folder that holds it.")
    try:
        os.scandir(root).close()
    except OSError as error:
        raise DeskError(
            f"{path} cannot be opened ({error.strerror}).", title="Nothing to read there", hint="Check its permissions."
        ) from error
    return root


def indexed_folder(root: Path) -> Path:
    """A folder of the index that can be read now. Raises DeskError."""
    if not root.exists():
        raise DeskError(
            f"The indexed folder {root} is not there.",
            title="Folder not found",
            hint="Bring it back, or forget it with llama-desk index remove.",
        )
    return folder_to_index(root)


def _finish(db: DeskDatabase, root: str) -> tuple[dict[str, FileRecord], list[FileProblem]]:
    db.indexed_folders.refreshed(root)
    return db.files.known(root), db.indexed_folders.problems(root)


def _compared(
    root: str, known_before: Mapping[str, FileRecord], known: Mapping[str, FileRecord], problems: Sequence[FileProblem]
) -> Refreshed:
    before, after = _read(known_before), _read(known)
    both = before.keys() & after.keys()
    changed = sum(before[path].content_hash != after[path].content_hash for path in both)
    return Refreshed(
        root=root,
        added=len(after.keys() - before.keys()),
        changed=changed,
        unchanged=len(both) - changed,
        removed=len(before.keys() - after.keys()),
        problems=tuple(problems),
    )


def _read(known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
    """Those of which something was read; a file that is skipped, an empty one, is none that a user counts."""
    return {path: record for path, record in known.items() if record.status in ("done", "partial")}


def _kept(db: DeskDatabase, model: str | None) -> list[Kept]:
    counts = db.vectors.counts(model) if model else {}
    return [
        Kept(folder, counts.get(folder.root, 0), tuple(db.indexed_folders.problems(folder.root)))
        for folder in db.indexed_folders.overview()
    ]


def _forget(db: DeskDatabase, root: str) -> None:
    db.indexed_folders.remove(root)
    db.pieces.remove_unused()
    db.documents.remove_unused()
