"""The undo journal: what each effect changed, so that it can be taken back exactly.

The technique is that of https://www.sqlite.org/undoredo.html: triggers on the journalled tables write the inverse of
every change, in the transaction that makes it. Here they keep images of the rows instead of statements, in columns
without a type of their own: a value comes back as the bytes it was, and nothing stored is ever run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tools.desk_db.connections import Connections
from tools.desk_db.journal_triggers import journalled, quoted
from tools.desk_db.sqlite import Database
from tools.errors import ToolProblem

JOURNALLED = ("calendar_events", "inbox_action_items", "facts")
"""The tables whose changes can be undone. A table joins by its name here and with the step that creates it.

Rows that another journalled table refers to may be deleted with it (ON DELETE CASCADE) only if their table is here too.
"""


class NotUndone(ToolProblem):
    """An effect cannot be taken back: unknown, taken back already, or changed since."""

    title = "That could not be undone"


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of the history: what a tool did, and whether it was taken back."""

    id: int
    tool: str
    summary: str
    at: float
    """Seconds since the epoch."""
    undone_at: float | None
    changes: int
    """How many rows it added, changed or removed."""


class Journal:
    """Effects are written with `effect`, shown with `history` and taken back with `undo`."""

    def __init__(
        self,
        connections: Connections,
        tables: Sequence[str] = JOURNALLED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections = connections
        self._tables = tables
        self._clock = clock
        self._open_effect: int | None = None

    @contextmanager
    def effect(self, tool: str, *, summary: str) -> Iterator[int]:
        """Make everything written inside one transaction that `undo` takes back; gives the effect's id.

        An effect inside another is part of it. One that changes no journalled row leaves no trace in the history.
        """
        with self._connections.transaction() as database:
            if self._open_effect is not None:
                yield self._open_effect
                return
            effect_id: int = database.conn.execute(
                "INSERT INTO journal_effects (tool, summary, at) VALUES (?, ?, ?) RETURNING id",
                (tool, summary, self._clock()),
            ).fetchone()[0]
            with self._recording(database, effect_id):
                yield effect_id
            database.conn.execute(
                "DELETE FROM journal_effects WHERE id = ?1"
                " AND NOT EXISTS (SELECT 1 FROM journal_changes WHERE effect_id = ?1)",
                (effect_id,),
            )

    def history(self, limit: int = 100, *, before: int | None = None) -> list[Effect]:
        """The latest effects, newest first; `before` an effect's id gives the page that follows it."""
        rows = self._connections.rows(
            f"{_SELECT_EFFECTS} WHERE ?1 IS NULL OR journal_effects.id < ?1 ORDER BY journal_effects.id DESC LIMIT ?2",
            (before, limit),
        )
        return [Effect(*row) for row in rows]

    def undo(self, effect_id: int | None = None) -> Effect:
        """Put every row that an effect changed back as it was, all or none; by default the latest effect not undone.

        Raises `NotUndone` when the effect is unknown or undone already, or when a row has changed since.
        """
        with self._connections.transaction() as database:
            if self._open_effect is not None:
                raise RuntimeError("an effect cannot be undone inside another one")
            effect = self._undoable(effect_id)
            tables = {name: journalled(database, name) for name in self._tables}
            changes = database.conn.execute(
                "SELECT id, table_name, kind, row_before, row_after FROM journal_changes WHERE effect_id = ?"
                " ORDER BY id DESC",
                (effect.id,),
            ).fetchall()
            database.conn.execute("PRAGMA defer_foreign_keys = ON")
            with self._recording(database, effect.id):
                for change_id, table_name, kind, row_before, row_after in changes:
                    table = tables.get(table_name)
                    if table is None or not table.revert(database, change_id, kind, row_before, row_after):
                        raise self._conflict(effect, table_name, row_after if row_before is None else row_before)
            self._forget_own_changes(database, effect, changes)
            undone_at = self._clock()
            database.conn.execute("UPDATE journal_effects SET undone_at = ? WHERE id = ?", (undone_at, effect.id))
        return Effect(effect.id, effect.tool, effect.summary, effect.at, undone_at, effect.changes)

    def forget_before(self, moment: float) -> int:
        """Remove the effects older than `moment` (seconds since the epoch); how many there were."""
        with self._connections.transaction() as database:
            return int(database.conn.execute("DELETE FROM journal_effects WHERE at < ?", (moment,)).rowcount)

    def count(self) -> int:
        """How many effects there are."""
        return int(self._connections.rows("SELECT count(*) FROM journal_effects")[0][0])

    def forget_all(self) -> None:
        """Drop the history and all that could be undone."""
        self._connections.write("DELETE FROM journal_effects")

    def forget_removed(self, table: str) -> None:
        """Drop what is kept of rows of a table that are there no longer, and of its effects that were undone.

        For what the user wants to be gone: no later undo brings it back.
        """
        with self._connections.transaction() as database:
            database.conn.execute(
                "DELETE FROM journal_changes WHERE table_name = ?1 AND (effect_id IN ("  # noqa: S608
                "SELECT id FROM journal_effects WHERE undone_at IS NOT NULL)"
                f" OR coalesce(row_after, row_before) NOT IN (SELECT rowid FROM {quoted(table)}))",
                (table,),
            )
            database.conn.execute("DELETE FROM journal_effects WHERE id NOT IN (SELECT effect_id FROM journal_changes)")

    @contextmanager
    def _recording(self, database: Database, effect_id: int) -> Iterator[None]:
        """Triggers live for one effect only: they always fit the tables as they are, and a failure rolls them back."""
        self._open_effect = effect_id
        try:
            # Made within the transaction, so a rollback removes them; on success they are dropped.
            tables = [journalled(database, name) for name in self._tables]
            for table in tables:
                table.create_triggers(database, effect_id)
            yield
            for table in tables:
                table.drop_triggers(database)
        finally:
            self._open_effect = None

    def _undoable(self, effect_id: int | None) -> Effect:
        if effect_id is None:
            rows = self._connections.rows(
                f"{_SELECT_EFFECTS} WHERE undone_at IS NULL ORDER BY journal_effects.id DESC LIMIT 1"
            )
            if not rows:
                raise NotUndone("There is nothing to undo.")
        else:
            rows = self._connections.rows(f"{_SELECT_EFFECTS} WHERE journal_effects.id = ?", (effect_id,))
            if not rows:
                raise NotUndone(f"There is no effect {effect_id}.", hint="The history lists those that there are.")
        effect = Effect(*rows[0])
        if effect.undone_at is not None:
            raise NotUndone(f"“{effect.summary}” was undone already.")
        return effect

    def _conflict(self, effect: Effect, table: str, row: int) -> NotUndone:
        later = self._connections.rows(
            "SELECT summary FROM journal_effects JOIN journal_changes ON effect_id = journal_effects.id"
            " WHERE effect_id > ? AND undone_at IS NULL AND table_name = ? AND ? IN (row_before, row_after)"
            " ORDER BY effect_id DESC LIMIT 1",
            (effect.id, table, row),
        )
        said = f"“{effect.summary}” cannot be undone by itself: what it wrote was changed later"
        if later:
            return NotUndone(f"{said} by “{later[0][0]}”.", hint="Undo that first.")
        return NotUndone(f"{said}.", hint="Change it by hand instead.")

    def _forget_own_changes(self, database: Database, effect: Effect, changes: Sequence[tuple[object, ...]]) -> None:
        """Drop what the triggers recorded of the undoing itself.

        More than was to be undone means that rows of later effects went along (ON DELETE CASCADE): refused.
        """
        newest = changes[0][0]
        recorded = database.conn.execute(
            "DELETE FROM journal_changes WHERE effect_id = ? AND id > ?", (effect.id, newest)
        ).rowcount
        if recorded != len(changes):
            raise NotUndone(
                f"“{effect.summary}” cannot be undone by itself: something made later belongs to it.",
                hint="Undo what came later first.",
            )


_SELECT_EFFECTS = """
    SELECT journal_effects.id, tool, summary, at, undone_at,
        (SELECT count(*) FROM journal_changes WHERE effect_id = journal_effects.id)
    FROM journal_effects
"""
