"""The indexed folders while the screen is open: looked through now and then, and read again where they changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

from app.database_thread import DatabaseThread
from app.errors import DeskError
from app.file_index.folder_index import FolderIndex, indexed_folder
from app.right_of_way import give_way
from runtime.errors import RuntimeProblem
from tools.desk_db import DeskDatabase
from tools.errors import ToolProblem
from tools.folder_walk import walk

INTERVAL = 60.0
"""Seconds between two looks."""
REST = 50
"""How many times longer than a look the pause after it is at least: a look costs at most 2 % of a core."""
BUSY_INTERVAL = 2.0
"""Seconds after which work that gave way to a person's asks again."""


class FolderWatch:
    """Keeps folders and vectors fresh. It rests while `is_busy`: what a person waits for comes first."""

    def __init__(
        self, database: DatabaseThread, index: FolderIndex, is_busy: Callable[[], bool], *, interval: float = INTERVAL
    ) -> None:
        self._database = database
        self._index = index
        self._is_busy = is_busy
        self._interval = interval
        self._said: set[str] = set()

    async def run(self) -> AsyncGenerator[str]:
        """Watch until the generator is closed. What it gives are failures, each a sentence and each once."""
        is_first = True
        while True:
            seconds = 0.0
            changed = False
            for root in await self._index.roots():
                await self._idle()
                started = time.monotonic()
                try:
                    if await self._has_changed(root):
                        changed = True
                        await self._refresh(root)
                except (DeskError, RuntimeProblem, ToolProblem, OSError) as problem:
                    for sentence in self._news(problem):
                        yield sentence
                seconds += time.monotonic() - started
            if changed or is_first:
                try:
                    await self._make_vectors()
                except (RuntimeProblem, ToolProblem) as problem:
                    for sentence in self._news(problem):
                        yield sentence
            is_first = False
            await asyncio.sleep(max(self._interval, REST * seconds))

    async def _has_changed(self, root: Path) -> bool:
        indexed_folder(root)
        looks = self._database.stream(lambda db: look(db, root), background=True)
        async with aclosing(looks) as found:
            async for differs in found:
                if differs:
                    return True
        return False

    async def _refresh(self, root: Path) -> None:
        try:
            async with aclosing(self._index.refresh(root, background=True)) as steps:
                async for _ in steps:
                    await self._idle()
        finally:
            await asyncio.to_thread(self._index.close)

    async def _make_vectors(self) -> None:
        async with aclosing(self._index.make_vectors()) as steps:
            async for _ in steps:
                await self._idle()

    async def _idle(self) -> None:
        while self._is_busy():
            await asyncio.sleep(BUSY_INTERVAL)

    def _news(self, problem: Exception) -> Iterator[str]:
        sentence = problem.sentence() if isinstance(problem, DeskError | RuntimeProblem | ToolProblem) else str(problem)
        if sentence not in self._said:
            self._said.add(sentence)
            yield sentence


def look(db: DeskDatabase, root: Path) -> Iterator[bool]:
    """Go through the folder without opening a file: True as soon as one is new, changed or gone; False meanwhile.

    A file that could not be opened counts as unchanged: a refresh by hand tries it again.
    """
    known = db.files.known(str(root))
    seen = 0
    for number, entry in enumerate(walk(root), start=1):
        if number % 50 == 0:
            give_way()
        if number % 500 == 0:
            yield False
        if entry.reason:
            continue
        seen += 1
        record = known.get(entry.path)
        unopened = record is not None and not record.content_hash
        if record is None or not (unopened or (record.size, record.mtime_ns) == (entry.size, entry.mtime_ns)):
            yield True
            return
    yield seen != len(known)
