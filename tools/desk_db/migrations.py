"""The schema, as the steps that lead to it. Steps are only ever appended: a released one never changes."""

from __future__ import annotations

from pathlib import Path

from tools.desk_db.conversation_schema import create_conversations
from tools.desk_db.file_index_schema import create_file_index
from tools.desk_db.inbox_schema import create_inbox
from tools.desk_db.sqlite import Database, Migrations
from tools.errors import DatabaseProblem


def create_documents(database: Database) -> None:
    """Documents and their passages, with a full-text index that follows the passages by itself.

    `indexed` holds what the index sees where that differs from the text (see `tools.desk_db.index_text`). The index
    keeps no copy of the text: its content is the view, which is how FTS5 learns what to take out when a row goes.
    """
    for statement in (
        """
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY,
            content_hash TEXT NOT NULL,
            extractor_version INTEGER NOT NULL,
            format TEXT NOT NULL,
            title TEXT NOT NULL,
            note TEXT NOT NULL,
            UNIQUE (content_hash, extractor_version)
        ) STRICT
        """,
        """
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY,
            document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            place TEXT NOT NULL,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            text TEXT NOT NULL,
            indexed TEXT,
            UNIQUE (document_id, ordinal)
        ) STRICT
        """,
        "CREATE VIEW passages_indexed AS SELECT id, coalesce(indexed, text) AS text FROM passages",
        # Mn and Mc: without them the vowel signs of Hindi and its neighbours would cut words into letters.
        """
        CREATE VIRTUAL TABLE passages_fts USING fts5 (
            text,
            content = 'passages_indexed',
            content_rowid = 'id',
            tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
        )
        """,
        """
        CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
            INSERT INTO passages_fts (rowid, text) VALUES (new.id, coalesce(new.indexed, new.text));
        END
        """,
        """
        CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
            INSERT INTO passages_fts (passages_fts, rowid, text)
            VALUES ('delete', old.id, coalesce(old.indexed, old.text));
        END
        """,
    ):
        database.execute(statement)


def create_files(database: Database) -> None:
    """The files of the folders that were read, each with its state."""
    database.execute(
        """
        CREATE TABLE files (
            root TEXT NOT NULL,
            path TEXT NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            content_hash TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('done', 'partial', 'skipped', 'failed')),
            reason TEXT NOT NULL,
            seen_at REAL NOT NULL,
            PRIMARY KEY (root, path)
        ) STRICT, WITHOUT ROWID
        """
    )
    database.execute("CREATE INDEX files_by_content ON files (content_hash)")


def create_pieces(database: Database) -> None:
    """The texts that a model wrote, how documents were divided for it, and the fingerprints of model files."""
    for statement in (
        """
        CREATE TABLE pieces (
            key TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            model TEXT NOT NULL,
            prompt_version TEXT NOT NULL,
            output TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            created_at REAL NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE plans (
            content_hash TEXT NOT NULL,
            extractor_version INTEGER NOT NULL,
            key TEXT NOT NULL,
            plan TEXT NOT NULL,
            PRIMARY KEY (content_hash, extractor_version, key)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE models (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            fingerprint TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ):
        database.execute(statement)


def create_journal(database: Database) -> None:
    """What the tools did, with what undoes it (see `tools.desk_db.journal`).

    `image` is a change's row as it was left, to see whether it still is; `value` has no type of its own (ANY), so that
    it keeps whatever a column held.
    """
    for statement in (
        """
        CREATE TABLE journal_effects (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tool TEXT NOT NULL,
            summary TEXT NOT NULL,
            at REAL NOT NULL,
            undone_at REAL
        ) STRICT
        """,
        """
        CREATE TABLE journal_changes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            effect_id INTEGER NOT NULL REFERENCES journal_effects (id) ON DELETE CASCADE,
            table_name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('insert', 'update', 'delete')),
            row_before INTEGER,
            row_after INTEGER,
            image TEXT
        ) STRICT
        """,
        "CREATE INDEX journal_changes_by_effect ON journal_changes (effect_id)",
        """
        CREATE TABLE journal_values (
            change_id INTEGER NOT NULL REFERENCES journal_changes (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value ANY,
            PRIMARY KEY (change_id, name)
        ) STRICT, WITHOUT ROWID
        """,
    ):
        database.execute(statement)


def create_calendar(database: Database) -> None:
    """Calendar events, each with its recurrence; an occurrence that was changed alone is a row of its own.

    `start`, `end`, `recurrence_id`, `rdates` and `exdates` are written as `tools.calendar.moments` says: a date, a time
    of no zone, or a time with its zone's name. `recurrence_id` is empty in the row of the series itself. `first` and
    `last` are seconds since the epoch between which the row may have occurrences; `last` is empty without an end.
    """
    database.execute(
        """
        CREATE TABLE calendar_events (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL,
            recurrence_id TEXT NOT NULL,
            calendar TEXT NOT NULL,
            title TEXT NOT NULL,
            "start" TEXT NOT NULL,
            "end" TEXT NOT NULL,
            location TEXT NOT NULL,
            description TEXT NOT NULL,
            rrule TEXT NOT NULL,
            rdates TEXT NOT NULL CHECK (json_valid(rdates)),
            exdates TEXT NOT NULL CHECK (json_valid(exdates)),
            organizer TEXT NOT NULL CHECK (json_valid(organizer)),
            attendees TEXT NOT NULL CHECK (json_valid(attendees)),
            reminders TEXT NOT NULL CHECK (json_valid(reminders)),
            status TEXT NOT NULL CHECK (status IN ('confirmed', 'tentative', 'cancelled')),
            busy INTEGER NOT NULL CHECK (busy IN (0, 1)),
            sequence INTEGER NOT NULL,
            modified TEXT NOT NULL,
            extra TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER,
            UNIQUE (uid, recurrence_id)
        ) STRICT
        """
    )
    database.execute("CREATE INDEX calendar_events_by_time ON calendar_events (last, first)")


def create_facts(database: Database) -> None:
    """What the user asked to have remembered."""
    database.execute("CREATE TABLE facts (id INTEGER PRIMARY KEY, text TEXT NOT NULL, at REAL NOT NULL) STRICT")


def create_model_scores(database: Database) -> None:
    """How many requests of the self-test a model got right, by the fingerprint of its file."""
    database.execute(
        "CREATE TABLE model_scores"
        " (fingerprint TEXT PRIMARY KEY, right INTEGER NOT NULL, cases INTEGER NOT NULL) STRICT"
    )


def create_calibrations(database: Database) -> None:
    """How a model is best run on a machine, by the fingerprint of its file and what the machine is."""
    database.execute(
        """
        CREATE TABLE calibrations (
            fingerprint TEXT NOT NULL,
            machine TEXT NOT NULL,
            decode_threads INTEGER NOT NULL,
            prefill_threads INTEGER NOT NULL,
            ubatch INTEGER NOT NULL,
            prefill_speed REAL NOT NULL,
            decode_speed REAL NOT NULL,
            PRIMARY KEY (fingerprint, machine)
        ) STRICT
        """
    )


STEPS = (
    create_documents,
    create_files,
    create_pieces,
    create_journal,
    create_calendar,
    create_inbox,
    create_facts,
    create_model_scores,
    create_file_index,
    create_conversations,
    create_calibrations,
)

desk_migrations = Migrations("desk")
for step in STEPS:
    desk_migrations()(step)


def migrate(database: Database, path: Path) -> None:
    """Bring the database to the newest schema.

    Raises `DatabaseProblem` for a database of a newer llama-desk or of another program, without touching it.
    """
    check_schema(database, f"desk database {path}", "move the file away to start a new one")
    desk_migrations.apply(database)


def check_schema(database: Database, what: str, otherwise: str) -> None:
    """Raise `DatabaseProblem` for a database of a newer llama-desk or of another program.

    `what` the file is, and what the user can do `otherwise` than update.
    """
    applied = [migration.name for migration in desk_migrations.applied(database)]
    if not applied and set(database.table_names()) - {desk_migrations.migrations_table}:
        raise DatabaseProblem(f"The {what} is of another program.", hint=f"{otherwise[0].upper()}{otherwise[1:]}.")
    if set(applied) - {step.__name__ for step in STEPS}:
        raise DatabaseProblem(
            f"The {what} was written by a newer llama-desk.", hint=f"Update llama-desk, or {otherwise}."
        )
