"""The folders that the user keeps in the index."""

from __future__ import annotations

import time

from tools.desk_db.connections import Connections, stored_path
from tools.desk_db.records import FileProblem, IndexedFolder

_COUNTED = """
    SELECT indexed_folders.root, refreshed_at,
        (SELECT count(*) FROM files WHERE files.root = indexed_folders.root AND status IN ('done', 'partial')),
        (
            SELECT count(*) FROM files
            JOIN documents ON documents.content_hash = files.content_hash AND documents.extractor_version = ?
            JOIN passages ON passages.document_id = documents.id
            WHERE files.root = indexed_folders.root
        )
    FROM indexed_folders ORDER BY indexed_folders.root
"""


class IndexedFolders:
    """Folders by their absolute paths; what is known of their files is in `Files`."""

    def __init__(self, connections: Connections, extractor_version: int) -> None:
        self._connections = connections
        self._version = extractor_version

    def add(self, root: str) -> None:
        """Remember a folder; nothing changes for one that is remembered."""
        self._connections.write(
            "INSERT OR IGNORE INTO indexed_folders (root, added_at) VALUES (?, ?)", (root, time.time())
        )

    def refreshed(self, root: str) -> None:
        """Note that all of the folder was read just now."""
        self._connections.write("UPDATE indexed_folders SET refreshed_at = ? WHERE root = ?", (time.time(), root))

    def roots(self) -> list[str]:
        return [row[0] for row in self._connections.rows("SELECT root FROM indexed_folders ORDER BY root")]

    def overview(self) -> list[IndexedFolder]:
        return [IndexedFolder(*row) for row in self._connections.rows(_COUNTED, (self._version,))]

    def problems(self, root: str) -> list[FileProblem]:
        """The files of a folder that could not be read, with the reasons."""
        rows = self._connections.rows(
            "SELECT path, reason FROM files WHERE root = CAST(? AS TEXT) AND status = 'failed' ORDER BY path",
            (stored_path(root),),
        )
        return [FileProblem(*row) for row in rows]

    def remove(self, root: str) -> None:
        """Forget a folder and its files, and those of folders in it that were read but are not kept by themselves.

        What was read of them is still there until `Documents.remove_unused`.
        """
        with self._connections.transaction() as database:
            database.conn.execute("DELETE FROM indexed_folders WHERE root = ?", (root,))
            database.conn.execute(
                "DELETE FROM files WHERE (root = ?1 OR substr(root, 1, length(?2)) = ?2)"
                " AND root NOT IN (SELECT root FROM indexed_folders)",
                (root, _inside(root)),
            )


def _inside(root: str) -> str:
    """How the paths of what is in the folder begin; both separators of Windows' paths are one after `resolve`."""
    separator = "\\" if "\\" in root and "/" not in root else "/"
    return root if root.endswith(separator) else root + separator
