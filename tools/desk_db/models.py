"""What was found out about model files and is slow to find out again."""

from __future__ import annotations

from dataclasses import dataclass

from tools.desk_db.connections import Connections, stored_path
from tools.desk_db.records import ModelFile


@dataclass(frozen=True, slots=True)
class ModelScore:
    """So many requests of the self-test were understood right."""

    right: int
    cases: int

    @property
    def share(self) -> float:
        return self.right / self.cases if self.cases else 0.0


class Models:
    """Fingerprints of model files by path, and scores by fingerprint."""

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

    def score(self, fingerprint: str) -> ModelScore | None:
        """How the model did in its last self-test; None when it had none."""
        rows = self._connections.rows("SELECT right, cases FROM model_scores WHERE fingerprint = ?", (fingerprint,))
        return ModelScore(*rows[0]) if rows else None

    def keep_score(self, fingerprint: str, score: ModelScore) -> None:
        self._connections.write(
            "INSERT OR REPLACE INTO model_scores (fingerprint, right, cases) VALUES (?, ?, ?)",
            (fingerprint, score.right, score.cases),
        )
