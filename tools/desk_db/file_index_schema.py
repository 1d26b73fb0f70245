"""The step of the schema that brings the file index; released, it never changes."""

from __future__ import annotations

from tools.desk_db.sqlite import Database
from tools.desk_db.text_hash import text_hash


def create_file_index(database: Database) -> None:
    """The folders that are kept in the index, and the vectors of passages, which equal texts share.

    A vector is `float16` numbers of a unit length, by the digest of its text and the model that made it. Its id grows
    with time, so that what is new since a moment can be asked for.
    """
    for statement in (
        """
        CREATE TABLE indexed_folders (
            root TEXT PRIMARY KEY,
            added_at REAL NOT NULL,
            refreshed_at REAL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE vectors (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model TEXT NOT NULL,
            text_hash BLOB NOT NULL,
            vector BLOB NOT NULL,
            UNIQUE (model, text_hash)
        ) STRICT
        """,
        "ALTER TABLE passages ADD COLUMN text_hash BLOB",
        "CREATE INDEX passages_by_text ON passages (text_hash)",
    ):
        database.execute(statement)
    last = 0
    while batch := database.execute(
        "SELECT id, text FROM passages WHERE id > ? ORDER BY id LIMIT 1000", [last]
    ).fetchall():
        hashes = [(text_hash(text), passage) for passage, text in batch]
        database.conn.executemany("UPDATE passages SET text_hash = ? WHERE id = ?", hashes)
        last = batch[-1][0]
