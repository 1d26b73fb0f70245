"""The desk database on a thread of its own, so that neither the screen nor the engine waits for a disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from tools.desk_db import DeskDatabase
from tools.desk_db.connecting import is_encrypted
from tools.desk_db.keys import keys_of

_END = object()


class DatabaseThread:
    """Runs work that needs the database, one piece at a time, on a thread of its own.

    Streams have another thread: a slow file that one of them waits for holds up nothing else. Those that nobody waits
    for, in the background, have a third.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` dates what is done, in seconds since the epoch."""
        # Keys may have to be asked for, on the thread that Ctrl-C reaches.
        if is_encrypted(path):
            keys_of(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._streams = ThreadPoolExecutor(1, thread_name_prefix="database-stream")
        self._background = ThreadPoolExecutor(1, thread_name_prefix="database-background")
        try:
            self._database = self._thread.submit(DeskDatabase.open, path, clock=clock).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def run[T](self, work: Callable[[DeskDatabase], T]) -> T:
        """`work`'s result. Work that has begun runs to its end even when the caller is cancelled."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._database)

    def run_now[T](self, work: Callable[[DeskDatabase], T]) -> T:
        """`run` for a caller without an event loop."""
        return self._thread.submit(work, self._database).result()

    async def stream[T](
        self, work: Callable[[DeskDatabase], Iterator[T]], *, background: bool = False
    ) -> AsyncGenerator[T]:
        """The items of a generator, each computed on the streams' thread when it is asked for."""
        loop = asyncio.get_running_loop()
        thread = self._background if background else self._streams
        items = await loop.run_in_executor(thread, work, self._database)
        try:
            while (item := await loop.run_in_executor(thread, next, items, _END)) is not _END:
                yield cast("T", item)
        finally:
            # Closed on its own thread: a generator may hold a transaction open.
            thread.submit(_close, items)

    async def close(self) -> None:
        """Finish what is queued and close the database."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """`close` for a caller without an event loop."""
        self._streams.shutdown(wait=True)
        self._background.shutdown(wait=True)
        try:
            self._thread.submit(self._database.close).result()
        finally:
            self._thread.shutdown(wait=True)


def _close(items: Iterator[object]) -> None:
    close = getattr(items, "close", None)
    if close is not None:
        close()
