"""The desk database, opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.desk_db.connections import Connections
from tools.desk_db.conversations import Conversations
from tools.desk_db.documents import Documents
from tools.desk_db.facts import Facts
from tools.desk_db.files import Files
from tools.desk_db.indexed_folders import IndexedFolders
from tools.desk_db.journal import Journal
from tools.desk_db.migrations import migrate
from tools.desk_db.models import Models
from tools.desk_db.pieces import Pieces
from tools.desk_db.plans import Plans
from tools.desk_db.vectors import Vectors
from tools.extraction import EXTRACTOR_VERSION


class DeskDatabase:
    """Everything that is kept, each kind under its own name. One object serves all threads of the process.

    Reads run on a connection of the calling thread and never wait for a writer; writes take turns. All calls block:
    code on an event loop makes them in a thread. What was written is on the disk when the call, or the transaction
    around it, ends. Every failure of the file raises `tools.errors.DatabaseProblem`.
    """

    def __init__(self, connections: Connections, extractor_version: int, clock: Callable[[], float]) -> None:
        self._connections = connections
        self.path = connections.path
        self.extractor_version = extractor_version
        self.documents = Documents(connections, extractor_version)
        self.files = Files(connections)
        self.indexed_folders = IndexedFolders(connections, extractor_version)
        self.vectors = Vectors(connections, extractor_version)
        self.pieces = Pieces(connections)
        self.plans = Plans(connections, extractor_version)
        self.models = Models(connections)
        self.facts = Facts(connections)
        self.conversations = Conversations(connections, clock)
        self.journal = Journal(connections, clock=clock)

    @classmethod
    def open(
        cls, path: Path, *, extractor_version: int = EXTRACTOR_VERSION, clock: Callable[[], float] = time.time
    ) -> Self:
        """Open the database, or make a new one; `extractor_version` changes when the same file is read differently.

        `clock` dates the effects in the journal and what is said in conversations, in seconds since the epoch.

        Raises `DatabaseProblem` when the file cannot be used: damaged, of a newer llama-desk, of another program, not
        permitted.
        """
        connections = Connections(path)
        try:
            with connections.exclusive() as database:
                migrate(database, path)
        except BaseException:
            connections.close()
            raise
        return cls(connections, extractor_version, clock)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything written inside one change: all of it or nothing, and much faster than one by one.

        Other writers wait meanwhile: keep it short, and never `await` inside.
        """
        with self._connections.transaction():
            yield

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement of one's own, on the disk when this returns unless a transaction is open around it."""
        self._connections.write(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query of one's own, read only."""
        return self._connections.rows(sql, parameters)

    def forget_words(self) -> None:
        """Merge the full-text indexes: until then they keep the words of rows that are gone."""
        with self._connections.transaction() as database:
            for index in ("passages_fts", "conversation_turns_fts", "inbox_fts"):
                database.conn.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608

    def erase_removed(self) -> None:
        """Leave nothing in the write-ahead log of what was removed; the pages of the database hold it no longer."""
        self._connections.checkpoint()

    def copy_to(self, target: Path, pause: Callable[[], None] = lambda: None) -> None:
        """Copy everything as it is now into an empty file, while others read and write.

        `pause` is called after each megabyte; what it raises ends the copying.
        """
        self._connections.copy_to(target, pause)

    def compact_to(self, target: Path) -> None:
        """Write everything anew into an empty file, without a trace of what was removed; others wait meanwhile."""
        self._connections.compact_to(target)

    def close(self) -> None:
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
