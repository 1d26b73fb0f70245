"""The tables of the inbox: see `tools.inbox`."""

from __future__ import annotations

from tools.desk_db.sqlite import Database

_INDEX_NEW = """
    INSERT INTO inbox_fts (rowid, sender, others, subject, body, files) VALUES (
        new.id, new.sender_indexed, new.others_indexed,
        coalesce(new.subject_indexed, new.subject), coalesce(new.body_indexed, new.body), new.files_indexed
    );
"""
_UNINDEX_OLD = """
    INSERT INTO inbox_fts (inbox_fts, rowid, sender, others, subject, body, files) VALUES (
        'delete', old.id, old.sender_indexed, old.others_indexed,
        coalesce(old.subject_indexed, old.subject), coalesce(old.body_indexed, old.body), old.files_indexed
    );
"""


def create_inbox(database: Database) -> None:
    """Messages with their threads, attachments and sources, a full-text index that follows them, and action items.

    `content_key` is a digest of all that a message says, `place_key` one of where another version of it would stand.
    The index sees what `tools.desk_db.index_text` makes of the texts; where that is the text itself it is not kept
    twice. `inbox_thread_ids` knows every id that a message has or refers to, also those of messages that are not there.
    A file's `size` is empty until it was read to its end. Numbers of messages are never used again: they are cited.
    """
    for statement in (
        "CREATE TABLE inbox_threads (id INTEGER PRIMARY KEY) STRICT",
        """
        CREATE TABLE inbox_thread_ids (
            key TEXT PRIMARY KEY,
            thread_id INTEGER NOT NULL REFERENCES inbox_threads (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX inbox_thread_ids_by_thread ON inbox_thread_ids (thread_id)",
        """
        CREATE TABLE inbox_messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            content_key BLOB NOT NULL UNIQUE,
            place_key BLOB NOT NULL,
            source TEXT NOT NULL,
            message_id TEXT NOT NULL,
            thread_id INTEGER NOT NULL REFERENCES inbox_threads (id),
            sender_name TEXT NOT NULL,
            sender_address TEXT NOT NULL,
            recipients TEXT NOT NULL CHECK (json_valid(recipients)),
            date TEXT NOT NULL,
            sent_at REAL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            chat TEXT NOT NULL,
            attachments INTEGER NOT NULL,
            sender_indexed TEXT NOT NULL,
            others_indexed TEXT NOT NULL,
            subject_indexed TEXT,
            body_indexed TEXT,
            files_indexed TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX inbox_messages_by_place ON inbox_messages (place_key)",
        "CREATE INDEX inbox_messages_by_date ON inbox_messages (sent_at, id, attachments)",
        "CREATE INDEX inbox_messages_by_thread ON inbox_messages (thread_id, sent_at)",
        """
        CREATE TABLE inbox_attachments (
            message_id INTEGER NOT NULL REFERENCES inbox_messages (id) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            size INTEGER,
            text TEXT NOT NULL,
            PRIMARY KEY (message_id, ordinal)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE inbox_files (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE,
            size INTEGER,
            mtime_ns INTEGER,
            reader_version INTEGER,
            messages INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE inbox_origins (
            message_id INTEGER NOT NULL REFERENCES inbox_messages (id) ON DELETE CASCADE,
            file_id INTEGER NOT NULL REFERENCES inbox_files (id) ON DELETE CASCADE,
            PRIMARY KEY (message_id, file_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX inbox_origins_by_file ON inbox_origins (file_id)",
        """
        CREATE VIEW inbox_indexed AS SELECT
            id, sender_indexed AS sender, others_indexed AS others,
            coalesce(subject_indexed, subject) AS subject, coalesce(body_indexed, body) AS body, files_indexed AS files
        FROM inbox_messages
        """,
        """
        CREATE VIRTUAL TABLE inbox_fts USING fts5 (
            sender, others, subject, body, files,
            content = 'inbox_indexed',
            content_rowid = 'id',
            tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
        )
        """,
        # A word of the subject says more about a message than one of its text, and one of a file on it less.
        "INSERT INTO inbox_fts (inbox_fts, rank) VALUES ('rank', 'bm25(2.0, 1.0, 4.0, 1.0, 0.5)')",
        f"CREATE TRIGGER inbox_messages_inserted AFTER INSERT ON inbox_messages BEGIN {_INDEX_NEW} END",
        f"CREATE TRIGGER inbox_messages_deleted AFTER DELETE ON inbox_messages BEGIN {_UNINDEX_OLD} END",
        """
        CREATE TRIGGER inbox_messages_changed AFTER UPDATE OF
            sender_indexed, others_indexed, subject, subject_indexed, body, body_indexed, files_indexed
        ON inbox_messages BEGIN
        """
        f"{_UNINDEX_OLD} {_INDEX_NEW} END",
        """
        CREATE TABLE inbox_action_items (
            id INTEGER PRIMARY KEY,
            message_id INTEGER NOT NULL REFERENCES inbox_messages (id) ON DELETE CASCADE,
            what TEXT NOT NULL,
            who TEXT NOT NULL,
            due TEXT NOT NULL,
            due_on TEXT NOT NULL,
            quote TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('open', 'done')),
            created_at REAL NOT NULL,
            UNIQUE (message_id, what)
        ) STRICT
        """,
    ):
        database.execute(statement)
