"""Backups: whole or not there, checked, seven kept; and a restored one takes the place of all or of nothing."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools.desk_db import DeskDatabase, Piece
from tools.desk_db.backups import KEPT, Backups, NoSuchBackup, check
from tools.desk_db.migrations import desk_migrations
from tools.desk_db.private_files import new_file, put_in_place
from tools.desk_db.restoring import restore
from tools.desk_db.sqlite import Database
from tools.errors import DatabaseProblem

NOW = datetime(2026, 11, 21, 20, 15, 3, tzinfo=UTC)


def piece(key: str, output: str = "A summary.") -> Piece:
    return Piece(key, "part", "hash", "model", "1", output, prompt_tokens=10, tokens=3)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "home" / "desk.sqlite"


@pytest.fixture
def backups(path) -> Backups:
    return Backups(path.parent / "backups")


@pytest.fixture
def db(path):
    with DeskDatabase.open(path) as opened:
        yield opened


def keys(path: Path) -> set[str]:
    with DeskDatabase.open(path) as db:
        return {key for (key,) in db.rows("SELECT key FROM pieces")}


class TestABackup:
    def test_holds_what_was_there_at_its_moment(self, db, backups):
        db.pieces.put(piece("before"))
        made = backups.make(db, "asked", NOW)
        db.pieces.put(piece("after"))
        check(made.path)
        with sqlite3.connect(made.path) as copy:
            assert copy.execute("SELECT key FROM pieces").fetchall() == [("before",)]
        copy.close()
        assert backups.all() == [made]
        assert (made.made_at, made.kind, made.size) == (NOW, "asked", made.path.stat().st_size)

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
    def test_is_one_file_for_its_owner_alone(self, path, backups):
        old_mask = os.umask(0)
        try:
            with DeskDatabase.open(path) as db:
                made = backups.make(db, "daily", NOW)
        finally:
            os.umask(old_mask)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in backups.folder.iterdir()}
        assert modes == {made.name: 0o600, ".lock": 0o600}
        assert stat.S_IMODE(backups.folder.stat().st_mode) == 0o700

    def test_lets_others_write_meanwhile(self, db, backups):
        db.pieces.put(piece("before", "x" * 3_000_000))
        steps, written = [], []

        def write() -> None:
            db.pieces.put(piece(f"meanwhile {len(steps)}"))
            written.append(len(steps))

        def pause() -> None:
            steps.append(1)
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(timeout=10)

        made = backups.make(db, "daily", NOW, pause=pause)
        assert len(steps) == len(written) >= 3
        assert keys(made.path) == {"before"}

    def test_that_is_stopped_leaves_nothing(self, db, backups):
        def stop() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            backups.make(db, "daily", NOW, pause=stop)
        assert [file.name for file in backups.folder.iterdir()] == [".lock"]
        db.pieces.put(piece("goes on"))
        assert backups.make(db, "daily", NOW).kind == "daily"

    def test_that_was_killed_leaves_nothing_for_long(self, db, backups):
        left = backups.folder / ".work-killed"
        left.mkdir(parents=True)
        (left / "backup.sqlite").write_bytes(b"half")
        backups.make(db, "daily", NOW)
        assert not left.exists()

    def test_of_a_day_is_made_once_in_the_users_zone(self, db, backups):
        assert backups.due(NOW)
        backups.make(db, "asked", NOW)
        assert backups.due(NOW)
        backups.make(db, "daily", NOW)
        assert not backups.due(NOW + timedelta(hours=3))
        assert backups.due(NOW + timedelta(hours=4))
        assert backups.due((NOW + timedelta(hours=3)).astimezone(ZoneInfo("Europe/Zurich")))

    def test_is_one_of_seven_of_days_and_of_as_many_others(self, db, backups):
        for number in range(KEPT + 3):
            for kind in ("daily", "asked"):
                backups.make(db, kind, NOW + timedelta(days=number))
        kept = [(backup.made_at, backup.kind) for backup in backups.all()]
        days = [NOW + timedelta(days=number) for number in range(KEPT + 2, 2, -1)]
        assert kept == [(day, kind) for day in days for kind in ("daily", "asked")]

    def test_is_found_by_number_and_by_name(self, db, backups):
        older = backups.make(db, "asked", NOW)
        newer = backups.make(db, "asked", NOW)
        assert older.name != newer.name
        assert backups.find("1").name == newer.name
        assert backups.find("2") == backups.find(older.name) == older
        for unknown in ("0", "3", "desk", "../desk.sqlite"):
            with pytest.raises(NoSuchBackup, match="There is no backup"):
                backups.find(unknown)


def test_a_file_is_put_in_place_where_none_may_be_moved_between_folders(tmp_path, monkeypatch):
    (tmp_path / "workshop").mkdir()
    part, path = new_file(tmp_path / "workshop" / "part"), tmp_path / "file"
    part.write_text("new")
    path.write_text("old")
    replace = Path.replace

    def within_a_folder(self: Path, target: Path) -> Path:
        if self.parent != target.parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", within_a_folder)
    put_in_place(part, path)
    assert path.read_text() == "new"
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["file", "workshop"]


class TestTheCheck:
    def damaged(self, made: Path) -> Path:
        content = bytearray(made.read_bytes())
        content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
        made.write_bytes(content)
        return made

    def test_finds_damage(self, db, backups):
        made = backups.make(db, "asked", NOW).path
        check(made)
        with pytest.raises(DatabaseProblem, match="damaged"):
            check(self.damaged(made))

    @pytest.mark.parametrize("content", [b"", b"not a database at all " * 100], ids=["empty", "text"])
    def test_refuses_what_is_no_database(self, tmp_path, content):
        (tmp_path / "copy").write_bytes(content)
        with pytest.raises(DatabaseProblem, match="damaged"):
            check(tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == content

    def test_refuses_a_newer_schema(self, db, backups):
        made = backups.make(db, "asked", NOW).path
        database = Database(made)
        desk_migrations._record_applied(database, "add_something_of_the_future")
        database.close()
        with pytest.raises(DatabaseProblem, match=r"The backup .* was written by a newer llama-desk"):
            check(made)


class TestRestoring:
    def test_brings_back_what_was_and_keeps_what_is(self, path, backups):
        with DeskDatabase.open(path) as db:
            db.pieces.put(piece("old"))
            made = backups.make(db, "daily", NOW)
            db.pieces.put(piece("new"))
        kept = restore(path, made, backups, NOW + timedelta(hours=1))
        assert keys(path) == {"old"}
        assert kept == backups.find("1")
        assert kept.kind == "replaced"
        restore(path, kept, backups, NOW + timedelta(hours=2))
        assert keys(path) == {"old", "new"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 or sys.platform == "win32"

    def test_replaces_a_damaged_database_and_sets_it_aside(self, path, backups):
        with DeskDatabase.open(path) as db:
            db.pieces.put(piece("old"))
            made = backups.make(db, "daily", NOW)
        path.write_bytes(b"damaged " * 1000)
        path.with_name(path.name + "-wal").write_bytes(b"of the damaged one")
        aside = restore(path, made, backups, NOW)
        assert keys(path) == {"old"}
        assert (aside / path.name).read_bytes() == b"damaged " * 1000
        assert made in backups.all()

    def test_works_where_the_database_is_gone(self, path, backups):
        with DeskDatabase.open(path) as db:
            db.pieces.put(piece("old"))
            made = backups.make(db, "daily", NOW)
        path.unlink()
        assert restore(path, made, backups, NOW) is None
        assert keys(path) == {"old"}

    def test_of_a_damaged_backup_changes_nothing(self, path, backups):
        with DeskDatabase.open(path) as db:
            db.pieces.put(piece("present"))
            made = backups.make(db, "daily", NOW)
        made.path.write_bytes(b"x" * 10_000)
        with pytest.raises(DatabaseProblem, match="damaged"):
            restore(path, made, backups, NOW)
        assert keys(path) == {"present"}
        assert [backup.name for backup in backups.all()] == [made.name]

    def test_brings_an_older_schema_up_to_date(self, path, backups):
        backups.folder.mkdir(parents=True)
        old = backups.folder / "desk-20261001T080000Z-daily.sqlite"
        database = Database(old)
        desk_migrations.apply(database, stop_before="create_journal")
        database.execute("INSERT INTO pieces VALUES ('key', 'part', 'hash', 'model', '1', 'A summary.', 10, 3, 1.0)")
        database.close()
        restore(path, backups.find("1"), backups, NOW)
        assert keys(path) == {"key"}
