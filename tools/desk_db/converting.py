"""A database written anew under another key, or under none, and compared with what it was made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tools.desk_db import sqlite
from tools.desk_db.connecting import connect, connect_with_known_key
from tools.desk_db.problems import code_of, translated
from tools.errors import DatabaseProblem


def convert(source: Path, target: Path, key: bytes | None) -> bool:
    """Write a database anew into an empty file, under `key`, and compare the two; False when it has that key already.

    Raises `DatabaseProblem` when the source cannot be read in full.
    """
    connection, present = connect_with_known_key(source, "database")
    with closing(connection), translated(source, "database"), _readable():
        if present == key:
            return False
        _export(connection, target, key)
        with translated(target, "copy"), closing(connect(target, key)) as anew:
            found = anew.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok" or _contents(anew) != _contents(connection):
                raise DatabaseProblem(
                    f"The copy of {source} is not what it was made of, so nothing was changed.",
                    hint="Check the disk and try again.",
                )
    return True


@contextmanager
def _readable() -> Iterator[None]:
    """Take an error that has no code of its own for damage of what is read: the statements are right."""
    try:
        yield
    except sqlite.Error as error:
        if code_of(error) in {0, sqlite3.SQLITE_ERROR}:
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise


def _export(connection: sqlite.Connection, target: Path, key: bytes | None) -> None:
    # Until it is whole the copy is worth nothing: neither a journal nor waiting for the disk would help it.
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    connection.execute("ATTACH DATABASE ? AS anew KEY ?", (str(target), f"x'{key.hex()}'" if key else ""))
    connection.execute("PRAGMA anew.journal_mode = OFF").fetchall()
    connection.execute("PRAGMA anew.synchronous = OFF")
    connection.execute("SELECT sqlcipher_export('anew')").fetchall()
    version = connection.execute("PRAGMA main.user_version").fetchone()[0]
    connection.execute(f"PRAGMA anew.user_version = {int(version)}")
    connection.execute("DETACH DATABASE anew")


def _contents(connection: sqlite.Connection) -> list[tuple[object, ...]]:
    """The schema, the version, and how many rows each table has; those of the full-text indexes in their own tables."""
    schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    tables = [name for kind, name, _, sql in schema if kind == "table" and not str(sql).startswith("CREATE VIRTUAL")]
    counts = [(name, *connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()) for name in tables]  # noqa: S608
    return [*schema, *counts, *connection.execute("PRAGMA user_version").fetchall()]
