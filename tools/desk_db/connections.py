"""The connections to the desk database: one that writes, and one that reads in every thread.

SQLite up to 3.51.2 can corrupt a database in WAL mode when two connections write or checkpoint at the same moment.
All writing therefore goes through one connection, behind a lock in this process and a lock file between processes;
commits, and the checkpoints that they start, happen inside both.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tools.desk_db import occupancy
from tools.desk_db.connecting import connect, connect_with_known_key
from tools.desk_db.private_files import private_folder
from tools.desk_db.problems import permitted, translated
from tools.desk_db.sqlite import Connection, Database

_STEP_PAGES = 256
# Each connection is used by one thread at a time, but closed by whichever thread closes the database.
_OPTIONS: dict[str, Any] = {"timeout": occupancy.LOCK_SECONDS, "check_same_thread": False}


class Connections:
    """Statements run on the right connection, from any thread; failures of the file are raised as `DatabaseProblem`.

    `key` is the one that the file is encrypted with, and so are the copies of it; None where it is plain.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock = threading.RLock()
        self._process_lock = occupancy.writing_lock(path)
        self._writing_thread = 0
        self._readers: dict[threading.Thread, Database] = {}
        self._readers_lock = threading.Lock()
        with permitted(path):
            _create_private(path)
        with self._one_writer():
            occupancy.enter(path)
            try:
                connection, self.key = connect_with_known_key(path, **_OPTIONS)
                self._writer = _set_up(connection)
            except BaseException:
                occupancy.leave(path)
                raise
        self._closed = False

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

    def copy_to(self, target: Path, pause: Callable[[], None]) -> None:
        """Copy the database as it is now into an empty file, while others read and write.

        `pause` is called after each megabyte; what it raises ends the copying. The copy needs no files beside it.
        """
        reader = self._connection().conn
        with closing(connect(target, self.key)) as copy, translated(target, "copy"):
            # Until it is whole the copy is worth nothing: neither a journal nor waiting for the disk would help it.
            copy.execute("PRAGMA journal_mode = OFF").fetchall()
            copy.execute("PRAGMA synchronous = OFF")
            # One snapshot for all of it: without, every write of another connection would start the copy anew.
            reader.execute("BEGIN")
            try:
                reader.execute("SELECT 1 FROM sqlite_master").fetchone()
                reader.backup(copy, pages=_STEP_PAGES, progress=lambda *_: pause())
            finally:
                reader.execute("COMMIT")
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()

    def compact_to(self, target: Path) -> None:
        """Write the database anew into an empty file, without anything that is not in it any more."""
        with self.exclusive() as database, translated(target, "copy"):
            # Wherever SQLite keeps temporary files, nothing of this is to stay there.
            database.conn.execute("PRAGMA temp_store = MEMORY")
            database.conn.execute("VACUUM INTO ?", (str(target),))
            with closing(connect(target, self.key)) as anew:
                anew.execute("PRAGMA journal_mode = DELETE").fetchall()

    def close(self) -> None:
        """Close every connection; the last one to close empties the write-ahead log."""
        with self._one_writer(), self._readers_lock:
            if self._closed:
                return
            self._closed = True
            try:
                for reader in self._readers.values():
                    reader.close()
                self._readers.clear()
                self._writer.close()
            finally:
                occupancy.leave(self.path)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        with self._write_lock, translated(self.path), occupancy.one_process(self.path, self._process_lock):
            yield

    def _connection(self) -> Database:
        if self._writing_thread == threading.get_ident():
            return self._writer
        thread = threading.current_thread()
        return self._readers.get(thread) or self._open_reader(thread)

    def _open_reader(self, thread: threading.Thread) -> Database:
        reader = _set_up(connect(self.path, self.key, **_OPTIONS))
        reader.conn.execute("PRAGMA query_only = ON")
        with self._readers_lock:
            for ended in [known for known in self._readers if not known.is_alive()]:
                self._readers.pop(ended).close()
            self._readers[thread] = reader
        return reader


def _create_private(path: Path) -> None:
    """Make the file, and the folders above it that do not exist yet, readable by their owner alone."""
    private_folder(path.parent)
    # SQLite gives the write-ahead log and the shared memory the permissions of the database file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _set_up(connection: Connection) -> Database:
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
