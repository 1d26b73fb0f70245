"""The files of the folders that were read, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from tools.desk_db.connections import Connections, stored_path
from tools.desk_db.records import FileRecord


def below(path: str, folder: str) -> str:
    """The part of an absolute path below `folder`, with "/" between its parts; empty when it is not in it."""
    whole = PurePath(path)
    return whole.relative_to(folder).as_posix() if path != folder and whole.is_relative_to(folder) else ""


class Files:
    """One row per file, under the folder (`root`, an absolute path) in which it was found."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def known(self, root: str) -> dict[str, FileRecord]:
        rows = self._connections.rows(
            "SELECT path, size, mtime_ns, status, reason, content_hash, inode, seen_at FROM files"
            " WHERE root = CAST(? AS TEXT) ORDER BY path",
            (stored_path(root),),
        )
        return {row[0]: FileRecord(*row) for row in rows}

    def known_elsewhere(self, root: str) -> dict[str, FileRecord]:
        """The files in the folder that were found when a folder around it or in it was read; the latest of each."""
        found: dict[str, FileRecord] = {}
        for other in self.roots():
            inside, around = below(other, root), below(root, other)
            for path, record in (self.known(other) if inside or around else {}).items():
                here = f"{inside}/{path}" if inside else path.removeprefix(f"{around}/")
                if (inside or here != path) and (here not in found or found[here].seen_at < record.seen_at):
                    found[here] = replace(record, path=here)
        return found

    def record_many(self, root: str, records: Iterable[FileRecord]) -> None:
        """Record files as seen now, in one transaction, in place of what was recorded about them before."""
        now, folder = time.time(), stored_path(root)
        self._connections.write_many(
            "INSERT OR REPLACE INTO files (root, path, size, mtime_ns, inode, content_hash, status, reason, seen_at)"
            " VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)",
            (
                (
                    folder,
                    stored_path(record.path),
                    record.size,
                    record.mtime_ns,
                    record.inode,
                    record.content_hash,
                    record.status,
                    stored_path(record.reason),
                    now,
                )
                for record in records
            ),
        )

    def remove_many(self, root: str, paths: Iterable[str]) -> None:
        """Forget files that are not there any more."""
        folder = stored_path(root)
        self._connections.write_many(
            "DELETE FROM files WHERE root = CAST(? AS TEXT) AND path = CAST(? AS TEXT)",
            ((folder, stored_path(path)) for path in paths),
        )

    def roots(self) -> list[str]:
        return [row[0] for row in self._connections.rows("SELECT DISTINCT root FROM files ORDER BY root")]
