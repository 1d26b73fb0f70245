"""The step of the schema that makes room for conversations; see `tools.desk_db.migrations`."""

from __future__ import annotations

from tools.desk_db.sqlite import Database


def create_conversations(database: Database) -> None:
    """Conversations, their turns as a tree, and a full-text index that follows the turns by itself.

    A turn is never changed, so the index needs no trigger for that. Keys of two columns hold a turn's parent and the
    turn that a conversation stands at to the same conversation. Parents do not cascade: SQLite would go down a thousand
    levels and no further. `indexed` is what the index sees where that differs from the text (see `index_text`).
    """
    for statement in (
        """
        CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            persona TEXT NOT NULL,
            instructions TEXT NOT NULL,
            model TEXT NOT NULL,
            created_at REAL NOT NULL,
            changed_at REAL NOT NULL,
            leaf_id INTEGER,
            FOREIGN KEY (id, leaf_id) REFERENCES conversation_turns (conversation_id, id)
        ) STRICT
        """,
        "CREATE INDEX conversations_by_change ON conversations (changed_at, id)",
        """
        CREATE TABLE conversation_turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent_id INTEGER CHECK (parent_id < id),
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'tool')),
            text TEXT NOT NULL,
            indexed TEXT,
            calls TEXT NOT NULL CHECK (json_valid(calls)),
            sentences TEXT NOT NULL CHECK (json_valid(sentences)),
            folder TEXT NOT NULL,
            model TEXT NOT NULL,
            tokens INTEGER NOT NULL,
            stopped INTEGER NOT NULL CHECK (stopped IN (0, 1)),
            created_at REAL NOT NULL,
            UNIQUE (conversation_id, id),
            FOREIGN KEY (conversation_id, parent_id) REFERENCES conversation_turns (conversation_id, id)
        ) STRICT
        """,
        "CREATE INDEX conversation_turns_by_parent ON conversation_turns (conversation_id, parent_id)",
        """
        CREATE TABLE conversation_summaries (
            turn_id INTEGER PRIMARY KEY REFERENCES conversation_turns (id) ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT
        """,
        "CREATE VIEW conversation_turns_indexed AS SELECT id, coalesce(indexed, text) AS text FROM conversation_turns",
        """
        CREATE VIRTUAL TABLE conversation_turns_fts USING fts5 (
            text,
            content = 'conversation_turns_indexed',
            content_rowid = 'id',
            tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
        )
        """,
        """
        CREATE TRIGGER conversation_turns_inserted AFTER INSERT ON conversation_turns BEGIN
            INSERT INTO conversation_turns_fts (rowid, text) VALUES (new.id, coalesce(new.indexed, new.text));
        END
        """,
        """
        CREATE TRIGGER conversation_turns_deleted AFTER DELETE ON conversation_turns BEGIN
            INSERT INTO conversation_turns_fts (conversation_turns_fts, rowid, text)
            VALUES ('delete', old.id, coalesce(old.indexed, old.text));
        END
        """,
    ):
        database.execute(statement)
