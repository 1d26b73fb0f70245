"""What was worked out about documents for one model, and would need that model to be worked out again."""

from __future__ import annotations

from tools.desk_db.connections import Connections


class Plans:
    """Texts by document and by a key of the caller's; a document read by another extractor has none yet."""

    def __init__(self, connections: Connections, extractor_version: int) -> None:
        self._connections = connections
        self._version = extractor_version

    def get(self, content_hash: str, key: str) -> str | None:
        rows = self._connections.rows(
            "SELECT plan FROM plans WHERE content_hash = ? AND extractor_version = ? AND key = ?",
            (content_hash, self._version, key),
        )
        return rows[0][0] if rows else None

    def put(self, content_hash: str, key: str, plan: str) -> None:
        self._connections.write(
            "INSERT OR REPLACE INTO plans (content_hash, extractor_version, key, plan) VALUES (?, ?, ?, ?)",
            (content_hash, self._version, key, plan),
        )
