"""What passages mean, as vectors that a model made of their texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.desk_db.connections import Connections

STORED = np.dtype("<f2")

_KEPT = """
    EXISTS (
        SELECT 1 FROM documents
        JOIN files ON files.content_hash = documents.content_hash
        JOIN indexed_folders ON indexed_folders.root = files.root
        WHERE documents.id = passages.document_id AND documents.extractor_version = ?
    )
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A passage of an indexed folder that has no vector yet."""

    passage: int
    text_hash: bytes
    text: str


class Vectors:
    """Unit vectors by model and text; `model` names the model's file and how it is asked."""

    def __init__(self, connections: Connections, extractor_version: int) -> None:
        self._connections = connections
        self._version = extractor_version

    def waiting(self, model: str, *, after: int, limit: int) -> list[Waiting]:
        """The next passages without a vector of this model, in the order of their ids, above `after`."""
        rows = self._connections.rows(
            "SELECT id, text_hash, text FROM passages WHERE id > ? AND NOT EXISTS"  # noqa: S608
            " (SELECT 1 FROM vectors WHERE vectors.model = ? AND vectors.text_hash = passages.text_hash)"
            f" AND {_KEPT} ORDER BY id LIMIT ?",
            (after, model, self._version, limit),
        )
        return [Waiting(*row) for row in rows]

    def put_many(self, model: str, vectors: Iterable[tuple[bytes, NDArray[np.float32]]]) -> None:
        """Store unit vectors by the hashes of their texts, in one transaction."""
        self._connections.write_many(
            "INSERT OR REPLACE INTO vectors (model, text_hash, vector) VALUES (?, ?, ?)",
            ((model, text_hash, vector.astype(STORED).tobytes()) for text_hash, vector in vectors),
        )

    def since(self, model: str, last: int, *, limit: int) -> list[tuple[int, bytes, bytes]]:
        """The next vectors of a model with an id above `last`: ids, hashes of the texts, stored numbers."""
        # The plus keeps SQLite from sorting all of a model's rows for each batch.
        return self._connections.rows(
            "SELECT id, text_hash, vector FROM vectors WHERE id > ? AND +model = ? ORDER BY id LIMIT ?",
            (last, model, limit),
        )

    def known(self, model: str) -> bool:
        """Whether there is any vector of this model."""
        return bool(self._connections.rows("SELECT 1 FROM vectors WHERE model = ? LIMIT 1", (model,)))

    def counts(self, model: str) -> dict[str, int]:
        """The passages of each indexed folder that have a vector of this model."""
        rows = self._connections.rows(
            "SELECT indexed_folders.root, count(*) FROM indexed_folders"
            " JOIN files ON files.root = indexed_folders.root"
            " JOIN documents ON documents.content_hash = files.content_hash AND documents.extractor_version = ?"
            " JOIN passages ON passages.document_id = documents.id"
            " JOIN vectors ON vectors.model = ? AND vectors.text_hash = passages.text_hash"
            " GROUP BY indexed_folders.root",
            (self._version, model),
        )
        return dict(rows)

    def remove_others(self, model: str) -> None:
        """Forget the vectors of models that are not used any more."""
        if self._connections.rows("SELECT 1 FROM vectors WHERE model <> ? LIMIT 1", (model,)):
            self._connections.write("DELETE FROM vectors WHERE model <> ?", (model,))
