"""The files that messages came from: which of them need not be read again, and forgetting one with all it brought."""

from __future__ import annotations

import json
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


def only_from(db: DeskDatabase, path: Path) -> list[int]:
    """The messages that came from a file, or from the files of a folder, and from nowhere else."""
    rows = db.rows(
        "SELECT message_id FROM inbox_origins GROUP BY message_id"  # noqa: S608
        f" HAVING sum(file_id NOT IN (SELECT id FROM inbox_files WHERE {_CHOSEN})) = 0",
        _names(path),
    )
    return [message_id for (message_id,) in rows]


def forget(db: DeskDatabase, path: Path) -> int | None:
    """Remove what came from a file, or from the files of a folder, and from nowhere else; how many messages it was.

    With the messages go their attachments, action items, and what the journal kept of those. None for a path that
    nothing came from.
    """
    with db.transaction():
        if not db.rows(f"SELECT 1 FROM inbox_files WHERE {_CHOSEN} LIMIT 1", _names(path)):  # noqa: S608
            return None
        messages = only_from(db, path)
        db.write("DELETE FROM inbox_messages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(messages),))
        db.write(f"DELETE FROM inbox_files WHERE {_CHOSEN}", _names(path))  # noqa: S608
        _clean(db)
    db.erase_removed()
    return len(messages)


_CHOSEN = "path = CAST(?1 AS TEXT) OR substr(path, 1, length(CAST(?2 AS TEXT))) = CAST(?2 AS TEXT)"


def _names(path: Path) -> tuple[bytes, bytes]:
    wanted = os.path.realpath(path)
    return stored_path(wanted), stored_path(f"{wanted.rstrip(os.sep)}{os.sep}")


def _clean(db: DeskDatabase) -> None:
    db.write("DELETE FROM inbox_threads WHERE id NOT IN (SELECT thread_id FROM inbox_messages)")
    db.journal.forget_removed("inbox_action_items")
    # Merged into one, the index keeps nothing of what was taken out of it.
    db.write("INSERT INTO inbox_fts (inbox_fts) VALUES ('optimize')")
