"""What was found out about model files and is slow to find out again."""

from __future__ import annotations

from dataclasses import astuple, dataclass

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


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a model is best run on a machine; speeds in tokens a second, `ubatch` 0 where it was not compared."""

    decode_threads: int
    prefill_threads: int
    ubatch: int
    prefill_speed: float
    decode_speed: float


class Models:
    """Fingerprints of model files by path; scores by fingerprint; calibrations by fingerprint and machine."""

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

    def calibration(self, fingerprint: str, machine: str) -> Calibration | None:
        """What was measured of the model on that machine; None when nothing was."""
        rows = self._connections.rows(
            "SELECT decode_threads, prefill_threads, ubatch, prefill_speed, decode_speed FROM calibrations"
            " WHERE fingerprint = ? AND machine = ?",
            (fingerprint, machine),
        )
        return Calibration(*rows[0]) if rows else None

    def keep_calibration(self, fingerprint: str, machine: str, found: Calibration) -> None:
        self._connections.write(
            "INSERT OR REPLACE INTO calibrations (fingerprint, machine, decode_threads, prefill_threads, ubatch,"
            " prefill_speed, decode_speed) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (fingerprint, machine, *astuple(found)),
        )
