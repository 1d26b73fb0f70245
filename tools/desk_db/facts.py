"""What the user asked to have remembered."""

from __future__ import annotations

from dataclasses import dataclass

from tools.desk_db.connections import Connections


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing remembered; `at` is seconds since the epoch."""

    id: int
    text: str
    at: float


class Facts:
    """A short list, oldest first."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, text: str, at: float) -> int:
        """Keep a fact; its number."""
        with self._connections.transaction() as database:
            row = database.conn.execute("INSERT INTO facts (text, at) VALUES (?, ?) RETURNING id", (text, at))
            return int(row.fetchone()[0])

    def all(self) -> list[Fact]:
        return [Fact(*row) for row in self._connections.rows("SELECT id, text, at FROM facts ORDER BY id")]

    def remove(self, fact_id: int) -> None:
        self._connections.write("DELETE FROM facts WHERE id = ?", (fact_id,))
