"""The vectors of what was read: made for the passages that have none, and searched by what a question means."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.database_thread import DatabaseThread
from app.file_index.embedder import Embedder
from runtime.errors import RuntimeProblem
from tools.desk_db import DeskDatabase
from tools.desk_db.vectors import Waiting
from tools.search import Meaning, VectorIndex

BATCH = 16
"""Passages between two commits: a second or two of work, which is what a stop loses."""


class PassageVectors:
    """`embedder` is None where no embedding model is installed: then nothing has a meaning beyond its words."""

    def __init__(self, database: DatabaseThread, embedder: Embedder | None) -> None:
        self._database = database
        self._embedder = embedder
        self._index = VectorIndex(embedder.key) if embedder else None

    @property
    def model(self) -> str | None:
        """The name under which the vectors are stored; None without a model."""
        return self._embedder.key if self._embedder else None

    async def meaning(self, words: str) -> Meaning | None:
        """What the words mean, to search by; None where there is no vector to compare it with, or no engine now."""
        if self._embedder is None or self._index is None or not words.strip():
            return None
        key = self._embedder.key
        if not await self._database.run(lambda db: db.vectors.known(key)):
            return None
        try:
            return Meaning(await self._embedder.question(words), self._index)
        except RuntimeProblem:
            return None  # a search by words is a search all the same

    async def make_missing(self) -> AsyncGenerator[int]:
        """Make the vectors of passages that have none, and tell of each batch how many were stored.

        Closing the generator stops it; what is stored stays. Raises RuntimeProblem when the engine cannot go on.
        """
        if self._embedder is None:
            return
        key, last = self._embedder.key, 0
        await self._database.run(lambda db: db.vectors.remove_others(key))
        while waiting := await self._database.run(_next(key, last)):
            vectors = await self._embedder.passages([passage.text for passage in waiting])
            await self._database.run(_store(key, waiting, vectors))
            last = waiting[-1].passage
            yield len(waiting)

    async def close(self) -> None:
        if self._embedder is not None:
            await self._embedder.close()


def _next(model: str, last: int) -> Callable[[DeskDatabase], list[Waiting]]:
    return lambda db: db.vectors.waiting(model, after=last, limit=BATCH)


def _store(model: str, passages: Sequence[Waiting], vectors: NDArray[np.float32]) -> Callable[[DeskDatabase], None]:
    rows = zip((passage.text_hash for passage in passages), vectors, strict=True)
    return lambda db: db.vectors.put_many(model, rows)
