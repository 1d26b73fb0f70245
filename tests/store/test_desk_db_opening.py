"""Opening the desk database: from nothing, from every older schema, and every file that it must refuse."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tools.desk_db import DeskDatabase
from tools.desk_db.migrations import STEPS, desk_migrations
from tools.desk_db.sqlite import Database
from tools.desk_db.text_hash import text_hash
from tools.errors import DatabaseProblem


def schema(path: Path) -> set[tuple[str, str, str]]:
    connection = sqlite3.connect(path)
    try:
        return set(connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master"))
    finally:
        connection.close()


def test_an_empty_file_gets_the_whole_schema(tmp_path):
    (tmp_path / "desk.db").touch()
    with DeskDatabase.open(tmp_path / "desk.db") as db:
        names = {name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"documents", "passages", "passages_fts", "files", "pieces", "plans", "models"} <= names
        assert {"indexed_folders", "vectors", "calibrations"} <= names
        assert {"calendar_events", "journal_effects", "journal_changes", "journal_values"} <= names
        assert [name for (name,) in db.rows("SELECT name FROM _sqlite_migrations ORDER BY id")] == [
            step.__name__ for step in STEPS
        ]
        assert db.rows("PRAGMA integrity_check") == [("ok",)]
        assert db.rows("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("step", [step.__name__ for step in STEPS])
def test_every_older_schema_becomes_the_newest(tmp_path, step):
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    database = Database(old)
    desk_migrations.apply(database, stop_before=step)
    database.close()
    DeskDatabase.open(old).close()
    DeskDatabase.open(new).close()
    assert schema(old) == schema(new)


def test_what_the_version_before_the_calendar_kept_is_still_there(tmp_path):
    path = tmp_path / "desk.db"
    database = Database(path)
    desk_migrations.apply(database, stop_before="create_journal")
    database.execute("INSERT INTO pieces VALUES ('key', 'passage', 'hash', 'model', '1', 'A summary.', 10, 3, 1.0)")
    database.close()
    with DeskDatabase.open(path) as db:
        assert db.rows("SELECT key, output, created_at FROM pieces") == [("key", "A summary.", 1.0)]
        assert db.journal.history() == []
        assert db.rows("SELECT * FROM calendar_events") == []


def test_passages_of_the_version_before_the_index_can_be_given_vectors(tmp_path):
    path = tmp_path / "desk.db"
    database = Database(path)
    desk_migrations.apply(database, stop_before="create_file_index")
    database.execute("INSERT INTO documents VALUES (1, 'hash', 1, 'txt', 'title', '')")
    rows = [(number, number, f"text {number}") for number in range(1, 2501)]
    with database.atomic():
        database.conn.executemany("INSERT INTO passages VALUES (?, 1, ?, 'line 1', 0, 1, ?, NULL)", rows)
    database.close()
    with DeskDatabase.open(path) as db:
        stored = dict(db.rows("SELECT text, text_hash FROM passages"))
        assert stored == {f"text {number}": text_hash(f"text {number}") for number in range(1, 2501)}
        assert db.rows("SELECT count(*) FROM passages_fts WHERE passages_fts MATCH '2500'") == [(1,)]


def test_opening_again_changes_nothing(tmp_path):
    DeskDatabase.open(tmp_path / "desk.db").close()
    before = schema(tmp_path / "desk.db")
    DeskDatabase.open(tmp_path / "desk.db").close()
    assert schema(tmp_path / "desk.db") == before


def test_a_newer_schema_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "desk.db"
    DeskDatabase.open(path).close()
    database = Database(path)
    desk_migrations._record_applied(database, "add_something_of_the_future")
    database.close()
    before = schema(path)
    with pytest.raises(DatabaseProblem, match="newer llama-desk") as caught:
        DeskDatabase.open(path)
    assert "Update llama-desk" in caught.value.sentence()
    assert schema(path) == before


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "desk.db"
    other = Database(path)
    other["notes"].insert({"text": "not ours"})
    other.close()
    before = schema(path)
    with pytest.raises(DatabaseProblem, match="another program"):
        DeskDatabase.open(path)
    assert schema(path) == before


@pytest.mark.parametrize(
    "content", [b"not a database at all " * 100, b"SQLite format 3\x00" + b"\xff" * 5000], ids=["text", "header"]
)
def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "desk.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseProblem, match="not a desk database or is damaged") as caught:
        DeskDatabase.open(path)
    assert "Move it away" in caught.value.sentence()
    assert path.read_bytes() == content


def test_damage_found_later_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "desk.db"
    DeskDatabase.open(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(DatabaseProblem, match="damaged"), DeskDatabase.open(path) as db:
        db.files.known("/folder")


def test_a_folder_in_its_place_is_refused_in_a_sentence(tmp_path):
    mode = tmp_path.stat().st_mode
    with pytest.raises(DatabaseProblem, match="cannot be opened"):
        DeskDatabase.open(tmp_path)
    assert tmp_path.stat().st_mode == mode
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseProblem, match="cannot be opened"):
        DeskDatabase.open(tmp_path / "file" / "desk.db")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who can be refused")
def test_a_forbidden_folder_is_refused_in_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DatabaseProblem, match="Check the permissions"):
            DeskDatabase.open(tmp_path / "desk.db")
    finally:
        tmp_path.chmod(0o700)


_WRITES_FOR_EVER = """
import sys
from pathlib import Path
from tools.desk_db import DeskDatabase, Piece
db = DeskDatabase.open(Path(sys.argv[1]))
for number in range(100_000):
    db.pieces.put(Piece(str(number), "passage", "hash", "model", "1", "text " * 100, 1, 1))
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_was_acknowledged_survives_a_kill(tmp_path):
    path = tmp_path / "desk.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITES_FOR_EVER, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(30)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    writer.wait(timeout=10)
    writer.stdout.close()
    with DeskDatabase.open(path) as db:
        assert set(db.pieces.get_many(map(str, acknowledged))) == set(map(str, acknowledged))
        assert db.rows("PRAGMA integrity_check") == [("ok",)]
