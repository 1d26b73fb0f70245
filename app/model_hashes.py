"""The hashes of model files: computed once, remembered by the desk, and compared with what each file must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.database_thread import DatabaseThread
from app.locations import locations
from runtime.manifest import load_manifest
from runtime.model_file import fingerprint
from runtime.model_store import HashRecord, check_hash, entry_at, expected_hash
from tools.desk_db import ModelFile


def fingerprint_of(database: DatabaseThread, path: Path) -> str:
    """The hash of a file that is about to be used.

    Raises BadModelFile for one that is not what its name and place claim, whoever put it there. Of a file whose hash
    nobody knows the first is kept, and compared with from then on.
    """
    found = remembered_hash(database, path)
    compare_hash(path, found)
    return found


def remembered_hash(database: DatabaseThread, path: Path) -> str:
    """The file's hash: computed once, then known for as long as its size and time of change stay the same."""
    status = path.stat()
    known = database.run_now(lambda db: db.models.get(str(path), size=status.st_size, mtime_ns=status.st_mtime_ns))
    return known.fingerprint if known else fresh_hash(database, path)


def fresh_hash(
    database: DatabaseThread, path: Path, on_hashed: Callable[[int, int], None] = lambda _done, _size: None
) -> str:
    """The hash of the bytes that are there now. Takes seconds for a large file.

    `on_hashed(done, size)` is told how far it is, in bytes, and may raise to end it.
    """
    status = path.stat()
    found = fingerprint(path, on_hashed)
    record = ModelFile(str(path), status.st_size, status.st_mtime_ns, found)
    database.run_now(lambda db: db.models.put(record))
    return found


def compare_hash(path: Path, sha256: str) -> None:
    """Raises BadModelFile when the file at `path`, which hashes to `sha256`, is not what it claims to be."""
    own, entries = locations().models, load_manifest()
    expected = expected_hash(path, own, entries)
    check_hash(path, sha256, expected)
    entry = entry_at(path, own, entries)
    if expected is None and entry is not None:
        HashRecord(own).keep(entry.id, sha256)
