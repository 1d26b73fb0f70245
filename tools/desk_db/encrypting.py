"""Writing the database and its backups anew under another key, or under none; each file whole, or left as it was.

The backups come first and the database last. So once the database is encrypted, no backup is left that is not; and a
change that was killed goes on when it is asked for again: what has the key already is passed over.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.desk_db.backups import Backup, Backups
from tools.desk_db.connecting import is_encrypted
from tools.desk_db.converting import convert
from tools.desk_db.database import DeskDatabase
from tools.desk_db.private_files import new_file, put_in_place
from tools.desk_db.problems import DiskFull
from tools.desk_db.restoring import swap
from tools.errors import DatabaseProblem


@dataclass(frozen=True, slots=True)
class Changed:
    """Backups that were written anew, those that were removed because nobody can read them, and those left as such."""

    rewritten: int = 0
    removed: int = 0
    left: int = 0


def change_key(path: Path, backups: Backups, key: bytes | None, progress: Callable[[str], None]) -> Changed:
    """Let the database and every backup have `key`. The caller has the database alone; `progress` is told what is done.

    A plain backup that is damaged is removed when the others are encrypted: it would be plain for ever. Raises
    `DatabaseProblem` when the database cannot be read, is of a newer llama-desk, or there is no room to write.
    """
    if path.exists():
        DeskDatabase.open(path).close()
    changed = _change_backups(backups, key, progress)
    progress("the database")
    if path.exists():
        with backups.workshop() as workshop:
            part = new_file(workshop / "anew.sqlite")
            if convert(path, part, key):
                swap(part, path)
    return changed


def plain_files(path: Path, backups: Backups) -> list[Path]:
    """Those of the database, its backups and the copies of unreadable ones that anybody can read who has the file."""
    aside = [file for folder in backups.folder.glob("unreadable-*") for file in folder.iterdir()]
    files = [path, *(backup.path for backup in backups.all()), *aside]
    return [file for file in files if file.exists() and file.stat().st_size and not is_encrypted(file)]


def _change_backups(backups: Backups, key: bytes | None, progress: Callable[[str], None]) -> Changed:
    rewritten = removed = left = 0
    found = backups.all()
    for number, backup in enumerate(found, 1):
        progress(f"backup {number} of {len(found)}")
        try:
            rewritten += _change_backup(backup, backups, key)
        except DiskFull:
            raise
        except DatabaseProblem:
            if key is not None and not is_encrypted(backup.path):
                backup.path.unlink(missing_ok=True)
                removed += 1
            else:
                left += 1
    if key is not None:
        aside = list(backups.folder.glob("unreadable-*"))
        for folder in aside:
            shutil.rmtree(folder, ignore_errors=True)
        removed += len(aside)
    return Changed(rewritten, removed, left)


def _change_backup(backup: Backup, backups: Backups, key: bytes | None) -> bool:
    with backups.workshop() as workshop:
        part = new_file(workshop / "anew.sqlite")
        if not convert(backup.path, part, key):
            return False
        put_in_place(part, backup.path)
    return True
