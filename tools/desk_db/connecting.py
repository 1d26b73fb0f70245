"""The one place that opens a file of the desk database, a backup or a copy of it, encrypted or not.

The file itself says which it is: a plain one begins with SQLite's name, an encrypted one with random bytes. So there
is no moment at which a note about it could say otherwise.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tools.desk_db import sqlite
from tools.desk_db.keys import keys_of
from tools.desk_db.problems import NOT_A_DATABASE_HINT, code_of, permitted
from tools.errors import DatabaseProblem

_PLAIN = b"SQLite format 3\x00"


class NoKeyFits(DatabaseProblem):
    """The file is encrypted with a key that is not here, or is no database."""


def is_encrypted(path: Path) -> bool:
    """Whether the file is encrypted, or no database at all; an empty or absent one is not.

    Raises `DatabaseProblem` when it cannot be read.
    """
    return path.exists() and _beginning(path) not in {_PLAIN, b""}


def connect(path: Path, key: bytes | None, **options: Any) -> sqlite.Connection:
    """A connection that commits each statement by itself; `key` is the file's, or that of a file to be made.

    The key is not tried yet. SQLCipher's defaults hold, by which it does not wipe memory: the same words stand in this
    process as texts, and no other process can read it. Raises `DatabaseProblem` where this program cannot encrypt.
    """
    if key is not None and not sqlite.CAN_ENCRYPT:
        raise DatabaseProblem(
            f"{path} is encrypted, and SQLCipher is not installed here.",
            hint="Install llama-desk again, on a system for which there is a package of sqlcipher3.",
        )
    connection: sqlite.Connection = sqlite.connect(path, isolation_level=None, **options)
    if key is not None:
        # What it finds wrong it would write to the terminal itself, beside the error that it raises.
        connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
        connection.execute(f"PRAGMA key = {quoted(key)}").fetchall()
    return connection


def quoted(key: bytes) -> str:
    """The key as SQLCipher takes one that no passphrase stands behind."""
    return f"\"x'{key.hex()}'\""


def connect_with_known_key(
    path: Path, what: str = "desk database", **options: Any
) -> tuple[sqlite.Connection, bytes | None]:
    """A connection, with the key that fits the file (None for a plain one); `what` the file is.

    A file that is empty gets the key that new ones get. Raises `NoKeyFits`, or what the source of the keys raises.
    """
    beginning = _beginning(path)
    if beginning == _PLAIN:
        return connect(path, None, **options), None
    if not beginning:
        key = keys_of(path, is_new=True).wanted
        return connect(path, key, **options), key
    known = keys_of(path).known
    for key in known:
        connection = connect(path, key, **options)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except sqlite.Error as error:
            connection.close()
            if code_of(error) != sqlite3.SQLITE_NOTADB:
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection, key
    if known:
        raise NoKeyFits(
            f"The {what} {path} is damaged, or encrypted with another key than the one that is kept.",
            hint="It was left as it is; `llama-desk backup restore` brings back a backup.",
        )
    raise NoKeyFits(
        f"The {what} {path} is not a desk database or is damaged; or it is encrypted, and the note of its key is gone.",
        hint=NOT_A_DATABASE_HINT,
    )


def _beginning(path: Path) -> bytes:
    with permitted(path), path.open("rb") as file:
        return file.read(len(_PLAIN))
