"""SQLite's errors as sentences."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.desk_db import sqlite
from tools.errors import DatabaseProblem


class DiskFull(DatabaseProblem):
    """There is no room to write. What was kept before is there; what was being written is not."""


NOT_A_DATABASE_HINT = "Move it away and llama-desk starts a new one; only what was derived from your files is lost."
_NOT_A_DATABASE = ("is not a desk database or is damaged.", NOT_A_DATABASE_HINT)

_SENTENCES = {
    sqlite3.SQLITE_NOTADB: _NOT_A_DATABASE,
    sqlite3.SQLITE_CORRUPT: _NOT_A_DATABASE,
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full.", "Free some space and try again."),
    sqlite3.SQLITE_BUSY: ("is in use by another program.", "Close that program and try again."),
    sqlite3.SQLITE_LOCKED: ("is in use by another program.", "Close that program and try again."),
    sqlite3.SQLITE_READONLY: ("cannot be written.", "Check the permissions of the file and of its folder."),
    sqlite3.SQLITE_PERM: ("cannot be opened.", "Check the permissions of the file and of its folder."),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened.", "Check the permissions of the file and of its folder."),
    sqlite3.SQLITE_IOERR: ("cannot be read or written: the disk reported an error.", "Check the disk and try again."),
}


_CODES = {
    "database disk image is malformed": sqlite3.SQLITE_CORRUPT,
    "database is locked": sqlite3.SQLITE_BUSY,
    "database or disk is full": sqlite3.SQLITE_FULL,
    "database table is locked": sqlite3.SQLITE_LOCKED,
    "disk I/O error": sqlite3.SQLITE_IOERR,
    "file is not a database": sqlite3.SQLITE_NOTADB,
    "unsupported file format": sqlite3.SQLITE_CORRUPT,
}


def code_of(error: sqlite.Error | sqlite3.Error) -> int:
    """SQLite's primary code. SQLCipher's module tells what fails in a backup or an export in words alone."""
    code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _CODES.get(str(error), code) if code in {0, sqlite3.SQLITE_ERROR} else code


@contextmanager
def translated(path: Path, what: str = "desk database") -> Iterator[None]:
    """Raise `DatabaseProblem` for every failure that comes from the file or the disk; `what` the file is.

    Failures that only a mistake in this program can cause (a wrong statement, a broken constraint) pass unchanged.
    """
    try:
        yield
    except (sqlite.Error, sqlite3.Error) as error:
        primary_code = code_of(error)
        if primary_code not in _SENTENCES:
            raise
        if primary_code == sqlite3.SQLITE_IOERR and _is_full(path):
            primary_code = sqlite3.SQLITE_FULL
        happened, hint = _SENTENCES[primary_code]
        problem = DiskFull if primary_code == sqlite3.SQLITE_FULL else DatabaseProblem
        raise problem(f"The {what} {path} {happened}", hint=hint) from error


@contextmanager
def permitted(path: Path, what: str = "desk database") -> Iterator[None]:
    """Raise `DatabaseProblem` when the system refuses the file or its folder."""
    try:
        yield
    except TimeoutError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            happened, hint = _SENTENCES[sqlite3.SQLITE_FULL]
            raise DiskFull(f"The {what} {path} {happened}", hint=hint) from error
        reason = error.strerror or "the system refused"
        raise DatabaseProblem(
            f"The {what} {path} cannot be opened: {reason}.",
            hint="Check the permissions of the file and of its folder.",
        ) from error


def _is_full(path: Path) -> bool:
    """Whether there is no room for one step of SQLite's shared memory, whose failure it tells as one of the disk."""
    try:
        return shutil.disk_usage(path.parent).free < 64 * 1024
    except OSError:
        return False
