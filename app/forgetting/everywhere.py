"""Forgetting in the database and in every backup, so that no file of the data folder holds it any more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.forgetting.targets import Counts, Target
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import Backup, Backups, check
from tools.desk_db.connecting import connect_with_known_key
from tools.desk_db.occupancy import alone
from tools.desk_db.private_files import new_file, put_in_place
from tools.desk_db.problems import DiskFull
from tools.desk_db.restoring import swap
from tools.desk_db.sqlite import Error
from tools.errors import DatabaseProblem


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten in the database, and the backups that were written anew or, unreadable, removed."""

    counts: Counts
    rewritten: int
    removed: int


def look(path: Path, target: Target) -> Counts:
    """What would be forgotten in the database. Raises `InUse` while another process has it open."""
    with alone(path), DeskDatabase.open(path) as db:
        return target.counts(db)


def forget_everywhere(
    path: Path, target: Target, backups: Backups, now: datetime, progress: Callable[[str], None] = lambda _: None
) -> Forgotten:
    """Forget in the database, and in each backup that holds some of it. `progress` is told what is being done.

    Each file is written anew as a whole, without free pages, and takes the place of the old one. A backup that cannot
    be read is removed: nobody can say what is in it. When backups are to be forgotten themselves, a new one takes the
    place of all. Killed or stopped, the same call does the rest.

    Raises `InUse` while another process has the database open, `DatabaseProblem` when the disk is full.
    """
    with alone(path):
        progress("the database")
        with backups.workshop() as workshop:
            counts = _forget_in(path, target, workshop, lambda part: swap(part, path))
        if target.in_backups:
            rewritten, removed = _forget_in_backups(target, backups, progress)
        else:
            progress("the backups")
            rewritten, removed = 0, _replace_backups(path, backups, now)
        removed += _remove_unreadable(backups.folder)
    return Forgotten(counts, rewritten, removed)


def _forget_in_backups(target: Target, backups: Backups, progress: Callable[[str], None]) -> tuple[int, int]:
    """How many were written anew, and how many removed."""
    rewritten = removed = 0
    found = backups.all()
    for number, backup in enumerate(found, 1):
        progress(f"backup {number} of {len(found)}")
        try:
            rewritten += _forget_in_backup(backup, target, backups)
        except DiskFull:
            raise
        except DatabaseProblem:
            backup.path.unlink(missing_ok=True)
            removed += 1
    return rewritten, removed


def _replace_backups(path: Path, backups: Backups, now: datetime) -> int:
    """Back up what is there now, and remove all others; how many."""
    with DeskDatabase.open(path) as db:
        made = backups.make(db, "asked", now)
    others = [backup for backup in backups.all() if backup.path != made.path]
    for backup in others:
        backup.path.unlink(missing_ok=True)
    return len(others)


def _forget_in_backup(backup: Backup, target: Target, backups: Backups) -> bool:
    with backups.workshop() as workshop:
        copy = new_file(workshop / "copy.sqlite")
        shutil.copyfile(backup.path, copy)
        with DeskDatabase.open(copy) as db:
            if not target.counts(db):
                return False
        _forget_in(copy, target, workshop, lambda part: put_in_place(part, backup.path))
    return True


def _forget_in(path: Path, target: Target, workshop: Path, put: Callable[[Path], None]) -> Counts:
    part = new_file(workshop / "anew.sqlite")
    with DeskDatabase.open(path) as db:
        counts = target.counts(db)
        target.forget(db)
        db.forget_words()
        db.erase_removed()
        db.compact_to(part)
    check(part)
    put(part)
    return counts


def _remove_unreadable(folder: Path) -> int:
    """Remove the copies of databases that could not be opened when they were replaced."""
    found = list(folder.glob("unreadable-*"))
    for copy in found:
        shutil.rmtree(copy, ignore_errors=True)
    return len(found)


def begun(path: Path, backups: Backups, conversation_id: int) -> tuple[float, str] | None:
    """When a conversation began and its title, from the database or the latest backup that has it; None from none.

    Raises `InUse` while another process has the database open.
    """
    asked = "SELECT created_at, title FROM conversations WHERE id = ?"
    with alone(path), DeskDatabase.open(path) as db:
        rows = db.rows(asked, (conversation_id,))
    for backup in backups.all():
        if rows:
            break
        # One of a time without conversations, or a damaged one.
        with suppress(Error, DatabaseProblem), closing(connect_with_known_key(backup.path, "backup")[0]) as connection:
            rows = connection.execute(asked, (conversation_id,)).fetchall()
    return rows[0] if rows else None
