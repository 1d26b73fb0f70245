"""The connections to the desk database: one that writes, and one that reads in every thread.

SQLite up to 3.51.2 can corrupt a database in WAL mode when two connections write or checkpoint at the same moment.
All writing therefore goes through one connection, behind a lock in this process and a lock file between processes;
commits, and the checkpoints that they start, happen inside both.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlite_utils import Database

from tools.desk_db.problems import permitted, translated
from tools.errors import DatabaseProblem

LOCK_SECONDS = 30.0


class Connections:
    """Statements run on the right connection, from any thread; failures of the file are raised as `DatabaseProblem`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock = threading.RLock()
        self._process_lock = FileLock(
            f"{path}.lock", timeout=LOCK_SECONDS, thread_local=False, poll_interval=0.01, mode=0o600
        )
        self._writing_thread = 0
        self._readers: dict[threading.Thread, Database] = {}
        self._readers_lock = threading.Lock()
        with permitted(path):
            _create_private(path)
        with self._one_writer():
            self._writer = _connect(path)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; inside this thread's transaction it sees what the transaction has written."""
        with translated(self.path):
            return self._connection().conn.execute(sql, parameters).fetchall()

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement, on the disk when this returns unless a transaction is open around it."""
        with self.transaction():
            self._writer.conn.execute(sql, parameters)

    def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row, all together or not at all."""
        with self.transaction():
            self._writer.conn.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Commit everything inside together when it ends, nothing when it raises. A nested one is undone alone.

        Holds the write locks meanwhile: keep it short, and never `await` inside.
        """
        with self._one_writer():
            if self._writing_thread:
                with self._writer.atomic():
                    yield self._writer
                return
            self._writing_thread = threading.get_ident()
            try:
                # A plain BEGIN could read first and then find that it may not write.
                self._writer.conn.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.commit()
            except BaseException:
                self._writer.rollback()
                raise
            finally:
                self._writing_thread = 0

    @contextmanager
    def exclusive(self) -> Iterator[Database]:
        """The writing connection outside a transaction, for work that brings its own."""
        with self._one_writer():
            yield self._writer

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database file and empty it."""
        with self.exclusive() as database:
            database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close every connection; the last one to close empties the write-ahead log."""
        with self._one_writer(), self._readers_lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()
            self._writer.close()

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        with self._write_lock, translated(self.path):
            self._lock_out_processes()
            try:
                yield
            finally:
                self._process_lock.release()

    def _lock_out_processes(self) -> None:
        try:
            with permitted(self.path):
                self._process_lock.acquire()
        except Timeout:
            raise DatabaseProblem(
                f"Another llama-desk has been writing to {self.path} for {LOCK_SECONDS:.0f} seconds.",
                hint="Close it and try again.",
            ) from None

    def _connection(self) -> Database:
        if self._writing_thread == threading.get_ident():
            return self._writer
        thread = threading.current_thread()
        return self._readers.get(thread) or self._open_reader(thread)

    def _open_reader(self, thread: threading.Thread) -> Database:
        reader = _connect(self.path)
        reader.conn.execute("PRAGMA query_only = ON")
        with self._readers_lock:
            for ended in [known for known in self._readers if not known.is_alive()]:
                self._readers.pop(ended).close()
            self._readers[thread] = reader
        return reader


def _create_private(path: Path) -> None:
    """Make the file, and the folders above it that do not exist yet, readable by their owner alone."""
    for folder in reversed(path.parents):
        folder.mkdir(mode=0o700, exist_ok=True)
    # SQLite gives the write-ahead log and the shared memory the permissions of the database file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _connect(path: Path) -> Database:
    # Each connection is used by one thread at a time, but closed by whichever thread closes the database.
    connection = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
    # Names of files need not be valid Unicode; see `stored_path`.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogatepass")
    database = Database(connection, execute_plugins=False)
    try:
        for pragma in _pragmas():
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return database


def _pragmas() -> list[str]:
    pragmas = ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "mmap_size = 0"]
    # Without it INSERT OR REPLACE removes rows behind the back of the triggers that journal a removal.
    pragmas += ["recursive_triggers = ON"]
    if sys.platform == "darwin":
        pragmas += ["fullfsync = ON", "checkpoint_fullfsync = ON"]
    return pragmas


def stored_path(path: str) -> bytes:
    """A path as SQLite keeps it, for `CAST(? AS TEXT)`: file names may hold lone surrogates, which UTF-8 has not."""
    return path.encode("utf-8", "surrogatepass")
