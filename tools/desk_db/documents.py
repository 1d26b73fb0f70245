"""The documents that were read, stored by content: equal files are stored once, whatever their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from tools.desk_db.connections import Connections, stored_path
from tools.desk_db.index_text import index_text
from tools.desk_db.records import Overview
from tools.desk_db.text_hash import text_hash
from tools.passages import Document, Passage

_BATCH = 200

_SELECT = """
    SELECT documents.content_hash, format, title, note, ordinal, place, "start", "end", text
    FROM documents LEFT JOIN passages ON passages.document_id = documents.id
    WHERE documents.content_hash IN (SELECT value FROM json_each(?)) AND extractor_version = ?
    ORDER BY documents.content_hash, ordinal
"""


class Documents:
    """Documents as the extractor of `extractor_version` read them; those of another version are as if not there."""

    def __init__(self, connections: Connections, extractor_version: int) -> None:
        self._connections = connections
        self._version = extractor_version

    def save(self, document: Document) -> None:
        self.save_many([document])

    def save_many(self, documents: Iterable[Document]) -> None:
        """Store documents in one transaction, in place of earlier readings of the same contents."""
        with self._connections.transaction() as database:
            for document in documents:
                database.conn.execute("DELETE FROM documents WHERE content_hash = ?", (document.content_hash,))
                row = (document.content_hash, self._version, document.format, document.title, document.note)
                document_id = database.conn.execute(
                    "INSERT INTO documents (content_hash, extractor_version, format, title, note)"
                    " VALUES (?, ?, ?, ?, ?)",
                    row,
                ).lastrowid
                database.conn.executemany(
                    'INSERT INTO passages (document_id, ordinal, place, "start", "end", text, indexed, text_hash)'
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (_passage_row(document_id, passage) for passage in document.passages),
                )

    def get(self, content_hash: str) -> Document | None:
        return self.get_many([content_hash]).get(content_hash)

    def get_many(self, content_hashes: Iterable[str]) -> dict[str, Document]:
        """The stored ones among the documents asked for, in memory all at once: meant for a few hundred."""
        rows = self._connections.rows(_SELECT, (json.dumps(list(content_hashes)), self._version))
        return {content_hash: _document(list(group)) for content_hash, group in groupby(rows, key=lambda row: row[0])}

    def text(self, content_hash: str) -> str | None:
        document = self.get(content_hash)
        return None if document is None else document.text

    def stored(self, content_hashes: Iterable[str]) -> set[str]:
        """Which of these contents need not be read again."""
        rows = self._connections.rows(
            "SELECT content_hash FROM documents"
            " WHERE content_hash IN (SELECT value FROM json_each(?)) AND extractor_version = ?",
            (json.dumps(list(content_hashes)), self._version),
        )
        return {row[0] for row in rows}

    def overviews(self, content_hashes: Iterable[str]) -> dict[str, Overview]:
        rows = self._connections.rows(
            "SELECT content_hash, title, (SELECT count(*) FROM passages WHERE document_id = documents.id)"
            " FROM documents WHERE content_hash IN (SELECT value FROM json_each(?)) AND extractor_version = ?",
            (json.dumps(list(content_hashes)), self._version),
        )
        return {content_hash: Overview(title, passages) for content_hash, title, passages in rows}

    def in_folder(self, root: str) -> Iterator[tuple[str, Document]]:
        """The readable files of a folder, path by path, a batch in memory at a time."""
        last = b""
        while batch := self._connections.rows(
            "SELECT path, content_hash FROM files WHERE root = CAST(? AS TEXT) AND path > CAST(? AS TEXT)"
            " AND content_hash <> '' ORDER BY path LIMIT ?",
            (stored_path(root), last, _BATCH),
        ):
            documents = self.get_many({content_hash for _, content_hash in batch})
            yield from ((path, documents[found]) for path, found in batch if found in documents)
            last = stored_path(batch[-1][0])

    def remove_unused(self) -> int:
        """Forget the documents that no file has any more; how many there were.

        Neither their words nor what a model wrote about each stay anywhere in the database's files.
        """
        with self._connections.transaction() as database:
            rows = database.conn.execute(
                "DELETE FROM documents WHERE content_hash NOT IN (SELECT content_hash FROM files)"
                " RETURNING content_hash"
            ).fetchall()
            if not rows:
                return 0
            removed = json.dumps([content_hash for (content_hash,) in rows])
            for table in ("plans", "pieces"):
                database.conn.execute(
                    f"DELETE FROM {table} WHERE content_hash IN (SELECT value FROM json_each(?))",  # noqa: S608
                    (removed,),
                )
            database.conn.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM passages)")
            # Until its segments are merged the index keeps the words of rows that are gone.
            database.conn.execute("INSERT INTO passages_fts (passages_fts) VALUES ('optimize')")
        self._connections.checkpoint()
        return len(rows)


def _passage_row(document_id: int | None, passage: Passage) -> tuple[Any, ...]:
    indexed = index_text(passage.text)
    different = None if indexed == passage.text else indexed
    where = (document_id, passage.ordinal, passage.place, passage.start, passage.end)
    return (*where, passage.text, different, text_hash(passage.text))


def _document(rows: list[tuple[Any, ...]]) -> Document:
    content_hash, file_format, title, note = rows[0][:4]
    # An empty document has one row, of a passage that is not there.
    passages = tuple(Passage(*row[4:]) for row in rows if row[4] is not None)
    return Document(content_hash, file_format, title, passages, note)
