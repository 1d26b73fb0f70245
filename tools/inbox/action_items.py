"""What messages ask to be done, kept until it is done and after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tools.desk_db import DeskDatabase
from tools.inbox.records import ActionItem, ItemStatus

_COLUMNS = "items.message_id, what, quote, who, due, due_on, status, items.id"


class ActionItems:
    """Items by their numbers. Writing wants an open effect of the journal, or nothing could be undone."""

    def __init__(self, db: DeskDatabase) -> None:
        self._db = db

    def keep(self, items: Iterable[ActionItem], now: datetime) -> list[int]:
        """Store items; the numbers of those that are new. One that is known stays as it is, also when it is done."""
        kept: list[int] = []
        with self._db.transaction():
            for item in items:
                kept.extend(
                    number
                    for (number,) in self._db.rows(
                        "INSERT INTO inbox_action_items (message_id, what, who, due, due_on, quote, status, created_at)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message_id, what) DO NOTHING RETURNING id",
                        (
                            item.message_id,
                            item.what,
                            item.who,
                            item.due,
                            item.due_on,
                            item.quote,
                            item.status,
                            now.timestamp(),
                        ),
                    )
                )
        return kept

    def get(self, item_id: int) -> ActionItem | None:
        return next(iter(self._select("WHERE items.id = ?", item_id)), None)

    def listed(self, status: ItemStatus | None = None, *, limit: int = 100) -> list[ActionItem]:
        """The items of the latest messages first, those of one message in the order in which they were kept."""
        return self._select(
            "JOIN inbox_messages ON inbox_messages.id = items.message_id WHERE ?1 IS NULL OR status = ?1"
            " ORDER BY sent_at DESC, inbox_messages.id DESC, items.id LIMIT ?2",
            status,
            limit,
        )

    def of_message(self, message_id: int) -> list[ActionItem]:
        return self._select("WHERE items.message_id = ? ORDER BY items.id", message_id)

    def open_count(self) -> int:
        number: int = self._db.rows("SELECT count(*) FROM inbox_action_items WHERE status = 'open'")[0][0]
        return number

    def set_status(self, item_id: int, status: ItemStatus) -> None:
        self._db.write("UPDATE inbox_action_items SET status = ? WHERE id = ?", (status, item_id))

    def _select(self, sql: str, *parameters: object) -> list[ActionItem]:
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM inbox_action_items AS items {sql}", parameters)  # noqa: S608
        return [ActionItem(*row) for row in rows]
