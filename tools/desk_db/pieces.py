"""The texts that a model wrote, stored the moment they are done, so that a kill costs only the one in flight."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

from tools.desk_db.connections import Connections
from tools.desk_db.records import Piece

_COLUMNS = "key, kind, content_hash, model, prompt_version, output, prompt_tokens, tokens, created_at"


class Pieces:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, piece: Piece) -> None:
        """Store a piece, on the disk when this returns; one with the same key is replaced."""
        self._connections.write(
            f"INSERT OR REPLACE INTO pieces ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                piece.key,
                piece.kind,
                piece.content_hash,
                piece.model,
                piece.prompt_version,
                piece.output,
                piece.prompt_tokens,
                piece.tokens,
                time.time(),
            ),
        )

    def get(self, key: str) -> Piece | None:
        return self.get_many([key]).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, Piece]:
        """The stored ones among the pieces asked for."""
        rows = self._connections.rows(
            f"SELECT {_COLUMNS} FROM pieces WHERE key IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(list(keys)),),
        )
        return {row[0]: Piece(*row) for row in rows}

    def remove_unused(self) -> None:
        """Forget the texts about documents that are not there, and all that were made of other texts.

        Nothing tells which documents those rested on in the end; they are made again when they are asked for.
        """
        self._connections.write("DELETE FROM pieces WHERE content_hash NOT IN (SELECT content_hash FROM documents)")
