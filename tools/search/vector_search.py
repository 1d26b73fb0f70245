"""Finding passages by what they mean: the exact product of a question's vector with those of all passages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.desk_db import DeskDatabase
from tools.desk_db.vectors import STORED
from tools.search.hits import Hit, Row, named
from tools.search.scope import Scope, share_of_files

_BATCH = 20_000
_WIDER = 2
"""How many times more vectors are looked up than hits are wanted, as some are of no file now."""
_MOST_LOOKED_UP = 400
"""Beyond these it is faster to list the vectors of a folder first and to compare those alone."""

type Vector = NDArray[np.float32]


class VectorIndex:
    """The vectors of one model in memory, four bytes a number; for one thread. It takes in what is new by itself.

    Vectors that the database has forgotten stay until the program ends; their passages are found no more.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self._ids = np.empty(0, np.int64)
        self._hashes: list[bytes] = []
        self._numbers = np.empty((0, 0), np.float32)

    def update(self, db: DeskDatabase) -> None:
        """Load what was stored since the last time."""
        while rows := db.vectors.since(self.model, int(self._ids[-1]) if self._hashes else 0, limit=_BATCH):
            new = np.frombuffer(b"".join(row[2] for row in rows), STORED).reshape(len(rows), -1)
            count = len(self._hashes)
            self._make_room(count + len(rows), new.shape[1])
            self._numbers[count : count + len(rows)] = new
            self._ids = np.append(self._ids, [row[0] for row in rows])
            self._hashes += [row[1] for row in rows]

    def nearest(self, vector: Vector, count: int, only: NDArray[np.int64] | None = None) -> list[tuple[bytes, float]]:
        """The hashes of the nearest texts with their cosines, the best first; `only` among vectors with these ids."""
        if not self._hashes or vector.shape[0] != self._numbers.shape[1]:
            return []
        if only is None:
            scores = self._numbers[: len(self._hashes)] @ vector
            best = _largest(scores, count)
            return [(self._hashes[row], float(scores[row])) for row in best]
        places = np.minimum(np.searchsorted(self._ids, only), len(self._ids) - 1)
        rows = places[self._ids[places] == only]
        scores = self._numbers[rows] @ vector
        return [(self._hashes[rows[place]], float(scores[place])) for place in _largest(scores, count)]

    def _make_room(self, count: int, width: int) -> None:
        if count > len(self._numbers):
            wider = np.empty((max(count, len(self._numbers) * 3 // 2), width), np.float32)
            if self._hashes:
                wider[: len(self._hashes)] = self._numbers[: len(self._hashes)]
            self._numbers = wider


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as a unit vector, beside the vectors of the model that made it."""

    vector: Vector
    index: VectorIndex


def vector_hits(db: DeskDatabase, meaning: Meaning, scope: Scope, limit: int) -> list[Hit]:
    """The passages in the scope that are nearest to the question, the best first, without snippets."""
    meaning.index.update(db)
    count = round(_WIDER * limit / max(share_of_files(db, scope), 1e-6))
    if count <= _MOST_LOOKED_UP:
        near = meaning.index.nearest(meaning.vector, count)
        hits = _passages(db, near, scope)
        if len(hits) >= limit or len(near) < count:
            return hits[:limit]
    inside = _ids_in_scope(db, meaning.index.model, scope)
    return _passages(db, meaning.index.nearest(meaning.vector, limit, inside), scope)


def _largest(scores: Vector, count: int) -> NDArray[np.intp]:
    """The places of the largest scores, the largest first; of equal ones the earlier first."""
    places = np.arange(len(scores))
    if count < len(scores):
        places = np.sort(np.argpartition(-scores, count)[:count])
    return places[np.argsort(-scores[places], kind="stable")]


def _passages(db: DeskDatabase, near: list[tuple[bytes, float]], scope: Scope) -> list[Hit]:
    if not near:
        return []
    wanted = ", ".join(f"({number}, ?{number + 2})" for number in range(len(near)))
    rows = db.rows(
        f"""
        WITH wanted (number, text_hash) AS (VALUES {wanted})
        SELECT wanted.number, documents.content_hash, place, passages."start", passages."end", passages.text
        FROM wanted
        JOIN passages ON passages.text_hash = wanted.text_hash
        JOIN documents ON documents.id = passages.document_id
        WHERE documents.extractor_version = {db.extractor_version} AND {scope.has_document}
        ORDER BY wanted.number, passages.id
        """,  # noqa: S608
        (scope.parts, *(text_hash for text_hash, _ in near)),
    )
    found: list[Row] = [(*row[1:], near[row[0]][1]) for row in rows]
    return named(db, found, scope)


def _ids_in_scope(db: DeskDatabase, model: str, scope: Scope) -> NDArray[np.int64]:
    rows = db.rows(
        f"""
        SELECT DISTINCT vectors.id FROM {scope.files}
        JOIN documents ON documents.content_hash = files.content_hash AND documents.extractor_version = ?2
        JOIN passages ON passages.document_id = documents.id
        JOIN vectors ON vectors.model = ?3 AND vectors.text_hash = passages.text_hash
        WHERE ?1 IS NOT NULL ORDER BY vectors.id
        """,  # noqa: S608
        (scope.parts, db.extractor_version, model),
    )
    return np.array([row[0] for row in rows], np.int64)
