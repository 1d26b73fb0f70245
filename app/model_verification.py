"""Whether a model file on this machine is the one that it must be: read from end to end and compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from app.database_thread import DatabaseThread
from app.locations import Locations
from app.model_hashes import compare_hash, fresh_hash
from runtime.errors import BadModelFile
from runtime.manifest import load_manifest
from runtime.model_file import describe
from runtime.model_store import expected_hash
from tools.sanitise import sanitise

State = Literal["right", "changed", "kept", "unknown", "damaged", "unreadable"]


class Verified(BaseModel):
    """One file. `kept` says that its hash is compared with from now on, `unknown` that there is nothing to compare.

    `damaged` is one that nobody knows and that is no whole GGUF file.
    """

    name: str
    path: str
    status: State
    sha256: str
    problem: str = ""

    def words(self) -> str:
        """The outcome in a sentence, or most of one."""
        said = {
            "right": "its SHA-256 is right",
            "kept": f"SHA-256 {self.sha256}; it is compared with that from now on",
            "unknown": f"SHA-256 {self.sha256}; nobody says what it must be",
        }
        return self.problem or f"{self.name}: {said[self.status]}"


def nobody(_done: int, _size: int) -> None:
    """For a caller who does not want to know how far it is."""


def verified(
    name: str,
    path: Path,
    places: Locations,
    database: DatabaseThread,
    on_hashed: Callable[[int, int], None] = nobody,
) -> Verified:
    """Takes seconds for a large file; `on_hashed(done, size)` is told how far it is, in bytes, and may raise to end it.

    `database` remembers the hash.
    """
    shown = sanitise(name), sanitise(str(path))
    try:
        sha256 = fresh_hash(database, path, on_hashed)
    except OSError as error:
        problem = f"{shown[0]} cannot be read ({error.strerror})."
        return Verified(name=shown[0], path=shown[1], status="unreadable", sha256="", problem=problem)
    status, problem = _compared(path, places, sha256)
    return Verified(name=shown[0], path=shown[1], status=status, sha256=sha256, problem=problem)


def _compared(path: Path, places: Locations, sha256: str) -> tuple[State, str]:
    before = expected_hash(path, places.models, load_manifest())
    if before is None:
        try:
            describe(path)
        except BadModelFile as damaged:
            return "damaged", sanitise(damaged.sentence())
    try:
        compare_hash(path, sha256)
    except BadModelFile as different:
        return "changed", sanitise(different.sentence())
    after = expected_hash(path, places.models, load_manifest())
    return "right" if before else "kept" if after else "unknown", ""
