"""What was found out about model files and is slow to find out again."""

from __future__ import annotations

from tools.desk_db.connections import Connections, stored_path
from tools.desk_db.records import ModelFile


class Models:
    """Fingerprints of model files, by path."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, path: str, *, size: int, mtime_ns: int) -> ModelFile | None:
        """The file's fingerprint; None when it is not known or the file has changed since."""
        rows = self._connections.rows(
            "SELECT path, size, mtime_ns, fingerprint FROM models"
            " WHERE path = CAST(? AS TEXT) AND size = ? AND mtime_ns = ?",
            (stored_path(path), size, mtime_ns),
        )
        return ModelFile(*rows[0]) if rows else None

    def put(self, model: ModelFile) -> None:
        self._connections.write(
            "INSERT OR REPLACE INTO models (path, size, mtime_ns, fingerprint) VALUES (CAST(? AS TEXT), ?, ?, ?)",
            (stored_path(model.path), model.size, model.mtime_ns, model.fingerprint),
        )
