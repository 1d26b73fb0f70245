"""Whether a model's file is here already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime.fetch.events import Fetched
from runtime.fetch.part_file import sha256_of
from runtime.fetch.problems import FetchProblem
from runtime.manifest import ManifestEntry


def present(
    entry: ManifestEntry, models: Path, expected: str | None, on_hashed: Callable[[int, int], None]
) -> Fetched | None:
    """The file in the folder `models`, where it has the SHA-256 `expected`; None where a download has to replace it.

    `on_hashed(done, size)` is told how far its hashing is, in bytes. Raises FetchProblem for a file that no hash is
    known for: a download would destroy it unseen.
    """
    target = models / entry.local_name
    if not target.exists():
        return None
    if expected is None:
        raise FetchProblem(
            f"{target} is there already, and no hash is known to check it by.", hint="Remove it first, then pull."
        )
    if sha256_of(target, on_hashed) != expected:
        return None
    return Fetched(file=entry.local_name, size=target.stat().st_size, sha256=expected, verified=True, was_here=True)
