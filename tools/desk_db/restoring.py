"""Putting a whole file in the place of the desk database: a backup, or the database written anew."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from tools.desk_db.backups import Backup, Backups, check
from tools.desk_db.converting import convert
from tools.desk_db.database import DeskDatabase
from tools.desk_db.keys import keys_of
from tools.desk_db.occupancy import InUse, alone
from tools.desk_db.private_files import new_file, private_folder, put_in_place
from tools.desk_db.problems import DiskFull, permitted
from tools.errors import DatabaseProblem


def restore(path: Path, backup: Backup, backups: Backups, now: datetime) -> Backup | Path | None:
    """Put a backup in the place of the database, all of it or nothing; a kill leaves the one or the other.

    Gives what was kept of the present database: a backup; or, when that is damaged or of a newer llama-desk, the folder
    with its files as they were; None where there was no database.

    Raises `InUse` while another process has the database open, `DatabaseProblem` when the backup cannot be restored:
    damaged, of a newer llama-desk, or no room for it.
    """
    with alone(path):
        check(backup.path)
        kept = _keep_present(path, backups, now) if path.exists() else None
        with backups.workshop() as workshop:
            part = new_file(workshop / "restored.sqlite")
            # One that was brought from elsewhere may be plain, or under an older key.
            if not convert(backup.path, part, keys_of(path).wanted):
                shutil.copyfile(backup.path, part)
            swap(part, path)
        DeskDatabase.open(path).close()
    return kept


def swap(part: Path, path: Path) -> None:
    """Let a whole file take the database's place; the caller has the database alone, and closed.

    What is left of a write-ahead log belongs to the file that goes: on the new one it would be damage.
    """
    for left in ("-wal", "-shm"):
        path.with_name(path.name + left).unlink(missing_ok=True)
    put_in_place(part, path)


def _keep_present(path: Path, backups: Backups, now: datetime) -> Backup | Path:
    try:
        with DeskDatabase.open(path) as db:
            return backups.make(db, "replaced", now)
    except (InUse, DiskFull):
        raise
    except DatabaseProblem:
        return _set_aside(path, backups.folder, now)


def _set_aside(path: Path, folder: Path, now: datetime) -> Path:
    """A copy of the files of a database that cannot be opened, or not all be read."""
    aside = folder / f"unreadable-{now:%Y%m%dT%H%M%S}"
    with permitted(aside, "copy"):
        private_folder(aside)
        for suffix in ("", "-wal"):
            file, copy = path.with_name(path.name + suffix), aside / (path.name + suffix)
            copy.unlink(missing_ok=True)
            if file.exists():
                shutil.copyfile(file, new_file(copy))
    return aside
