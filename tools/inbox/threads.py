"""Which messages belong together: those that share an id, be it their own or one that they refer to."""

from __future__ import annotations

import json

from tools.desk_db import DeskDatabase


def thread_of(db: DeskDatabase, keys: list[str]) -> int:
    """The thread of messages with these ids. One that ties two threads together makes them one.

    Wants a transaction around it.
    """
    rows = db.rows(
        "SELECT key, thread_id FROM inbox_thread_ids WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
    )
    known = sorted({int(thread_id) for _, thread_id in rows})
    thread_id = known[0] if known else db.rows("INSERT INTO inbox_threads DEFAULT VALUES RETURNING id")[0][0]
    for other in known[1:]:
        db.write("UPDATE inbox_messages SET thread_id = ? WHERE thread_id = ?", (thread_id, other))
        db.write("UPDATE inbox_thread_ids SET thread_id = ? WHERE thread_id = ?", (thread_id, other))
        db.write("DELETE FROM inbox_threads WHERE id = ?", (other,))
    for key in set(keys) - {key for key, _ in rows}:
        db.rows("INSERT INTO inbox_thread_ids (key, thread_id) VALUES (?, ?)", (key, thread_id))
    return int(thread_id)
