"""How one table is journalled: the triggers that keep images of its rows, and putting a row back."""

from __future__ import annotations

from dataclasses import dataclass

from tools.desk_db.sqlite import Database


def journalled(database: Database, name: str) -> JournalledTable:
    """The table as it is now, with the columns that it really has."""
    # table_xinfo names generated columns too (hidden > 0): they follow from the others and cannot be written.
    columns = database.conn.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    if not columns:
        raise ValueError(f"there is no table {name} to journal")
    return JournalledTable(name, tuple(column[1] for column in columns if column[6] == 0))


@dataclass(frozen=True, slots=True)
class JournalledTable:
    """A table with rowids; WITHOUT ROWID tables cannot be journalled.

    A row is found by its rowid, which is put back too, so that the table's own order comes back with it.
    """

    name: str
    columns: tuple[str, ...]

    def create_triggers(self, database: Database, effect_id: int) -> None:
        """Record every change to the table as one of this effect, until the triggers are dropped."""
        for kind in ("insert", "update", "delete"):
            before = "NULL" if kind == "insert" else "old.rowid"
            after = "NULL" if kind == "delete" else "new.rowid"
            image = "NULL" if kind == "delete" else self._image("new")
            keep = "" if kind == "insert" else self._keep_values()
            record = f"VALUES ({effect_id}, {_literal(self.name)}, '{kind}', {before}, {after}, {image});"
            database.execute(
                f"CREATE TEMP TRIGGER {self._trigger(kind)} AFTER {kind} ON main.{quoted(self.name)} BEGIN"
                " INSERT INTO journal_changes (effect_id, table_name, kind, row_before, row_after, image)"
                f" {record} {keep} END"
            )

    def drop_triggers(self, database: Database) -> None:
        for kind in ("insert", "update", "delete"):
            database.execute(f"DROP TRIGGER temp.{self._trigger(kind)}")

    def revert(
        self, database: Database, change_id: int, kind: str, row_before: int | None, row_after: int | None
    ) -> bool:
        """Take one change back; False, and nothing done, when the row is no longer what the change made of it."""
        if not self._is_unchanged(database, change_id, kind, row_before, row_after):
            return False
        table = quoted(self.name)
        if kind == "insert":
            database.conn.execute(f"DELETE FROM {table} WHERE rowid = ?", (row_after,))  # noqa: S608
            return True
        names = ("rowid", *map(quoted, self.columns))
        # The values go from table to table inside SQLite: no conversion can change them on the way.
        values = ["?2", *(_kept_value(column) for column in self.columns)]
        if kind == "delete":
            database.conn.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}",
                (change_id, row_before),
            )
        else:
            assignments = ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
            database.conn.execute(
                f"UPDATE {table} SET {assignments} WHERE rowid = ?3",  # noqa: S608
                (change_id, row_before, row_after),
            )
        return True

    def _is_unchanged(
        self, database: Database, change_id: int, kind: str, row_before: int | None, row_after: int | None
    ) -> bool:
        table = quoted(self.name)
        if kind == "delete":
            taken = database.conn.execute(f"SELECT 1 FROM {table} WHERE rowid = ?", (row_before,))  # noqa: S608
            return taken.fetchone() is None
        same = database.conn.execute(
            f"SELECT 1 FROM {table} AS now WHERE now.rowid = ?2"  # noqa: S608
            f" AND {self._image('now')} = (SELECT image FROM journal_changes WHERE id = ?1)",
            (change_id, row_after),
        )
        return same.fetchone() is not None

    def _image(self, row: str) -> str:
        """A text that differs whenever the row does: quote() writes each value with its type."""
        return " || ',' || ".join(f"quote({row}.{quoted(column)})" for column in self.columns)

    def _keep_values(self) -> str:
        change = "(SELECT max(id) FROM journal_changes)"
        rows = ", ".join(f"({change}, {_literal(column)}, old.{quoted(column)})" for column in self.columns)
        return f"INSERT INTO journal_values (change_id, name, value) VALUES {rows};"  # noqa: S608

    def _trigger(self, kind: str) -> str:
        return quoted(f"journal_{self.name}_{kind}")


def _kept_value(column: str) -> str:
    return f"(SELECT value FROM journal_values WHERE change_id = ?1 AND name = {_literal(column)})"  # noqa: S608


def quoted(name: str) -> str:
    """A name as SQL has it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
