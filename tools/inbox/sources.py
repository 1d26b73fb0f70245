"""The files that messages came from: which of them need not be read again, and forgetting one with all it brought."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tools.desk_db import DeskDatabase
from tools.desk_db.connections import stored_path


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was read to its end."""

    size: int
    mtime_ns: int
    reader_version: int


def file_number(db: DeskDatabase, path: str) -> int:
    """The number of a file, known or new."""
    rows = db.rows("SELECT id FROM inbox_files WHERE path = CAST(? AS TEXT)", (stored_path(path),))
    if not rows:
        with db.transaction():
            rows = db.rows(
                "INSERT INTO inbox_files (path, messages) VALUES (CAST(? AS TEXT), 0) RETURNING id",
                (stored_path(path),),
            )
    return int(rows[0][0])


def known_messages(db: DeskDatabase, path: str, state: FileState) -> int | None:
    """How many messages a file held that was read to its end and has not changed since; None for any other."""
    rows = db.rows(
        "SELECT messages FROM inbox_files"
        " WHERE path = CAST(? AS TEXT) AND size = ? AND mtime_ns = ? AND reader_version = ?",
        (stored_path(path), state.size, state.mtime_ns, state.reader_version),
    )
    return rows[0][0] if rows else None


def remember(db: DeskDatabase, file_id: int, state: FileState, messages: int) -> None:
    """Keep that a file was read to its end."""
    db.write(
        "UPDATE inbox_files SET size = ?, mtime_ns = ?, reader_version = ?, messages = ? WHERE id = ?",
        (state.size, state.mtime_ns, state.reader_version, messages, file_id),
    )


def forget(db: DeskDatabase, path: Path) -> int | None:
    """Remove what came from a file, or from the files of a folder, and from nowhere else; how many messages it was.

    With the messages go their attachments, action items, and what the journal kept of those. None for a path that
    nothing came from.
    """
    wanted = os.path.realpath(path)
    folder = f"{wanted.rstrip(os.sep)}{os.sep}"
    chosen = "path = CAST(?1 AS TEXT) OR substr(path, 1, length(CAST(?2 AS TEXT))) = CAST(?2 AS TEXT)"
    with db.transaction():
        names = (stored_path(wanted), stored_path(folder))
        files = [row[0] for row in db.rows(f"SELECT id FROM inbox_files WHERE {chosen}", names)]  # noqa: S608
        if not files:
            return None
        before = _count(db)
        for file_id in files:
            db.write(
                "DELETE FROM inbox_messages WHERE id IN ("
                "SELECT message_id FROM inbox_origins AS mine WHERE file_id = ?1 AND NOT EXISTS ("
                "SELECT 1 FROM inbox_origins AS other WHERE other.message_id = mine.message_id AND file_id <> ?1))",
                (file_id,),
            )
            db.write("DELETE FROM inbox_files WHERE id = ?", (file_id,))
        _clean(db)
        removed = before - _count(db)
    db.erase_removed()
    return removed


def _clean(db: DeskDatabase) -> None:
    db.write("DELETE FROM inbox_threads WHERE id NOT IN (SELECT thread_id FROM inbox_messages)")
    db.journal.forget_removed("inbox_action_items")
    # Merged into one, the index keeps nothing of what was taken out of it.
    db.write("INSERT INTO inbox_fts (inbox_fts) VALUES ('optimize')")


def _count(db: DeskDatabase) -> int:
    return int(db.rows("SELECT count(*) FROM inbox_messages")[0][0])
