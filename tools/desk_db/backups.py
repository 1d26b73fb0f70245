"""Backups of the desk database: made by SQLite's backup API, checked, and only then given their name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from tools.desk_db.connecting import connect_with_known_key
from tools.desk_db.database import DeskDatabase
from tools.desk_db.migrations import check_schema
from tools.desk_db.private_files import new_file, private_folder, put_in_place
from tools.desk_db.problems import permitted, translated
from tools.desk_db.sqlite import Database
from tools.errors import DatabaseProblem, ToolProblem
from tools.held_folder import HeldFolder, clear_unheld
from tools.sanitise import sanitise

KEPT = 7
"""Backups of a day that are kept, and as many of those made otherwise."""

Kind = Literal["daily", "asked", "replaced"]
"""Why it was made: a day began, the user asked, a restored backup took the database's place."""

_NAME = re.compile(r"desk-(\d{8}T\d{6})Z-(daily|asked|replaced)\.sqlite")
_BUSY_SECONDS = 60.0
WORKSHOP = ".work-"
"""How the names of the folders begin in which unfinished copies are."""


class NoSuchBackup(ToolProblem):
    """There is no backup of that name or number."""

    title = "That backup is not there"


@dataclass(frozen=True, slots=True)
class Backup:
    """`made_at` is UTC; `size` is in bytes."""

    path: Path
    made_at: datetime
    kind: Kind
    size: int

    @property
    def name(self) -> str:
        return self.path.name


class Backups:
    """The backups in a folder, which is made when it is needed and is for its owner alone, as are they."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Backup]:
        """Newest first."""
        with permitted(self.folder, "backup folder"):
            found = [_backup(path) for path in self.folder.iterdir()] if self.folder.exists() else []
        return sorted((one for one in found if one), key=lambda backup: (backup.made_at, backup.name), reverse=True)

    def find(self, which: str) -> Backup:
        """The backup of this number in the list (1 is the newest) or of this name. Raises `NoSuchBackup`."""
        backups = self.all()
        if which.isdecimal() and 1 <= int(which) <= len(backups):
            return backups[int(which) - 1]
        for backup in backups:
            if which == backup.name:
                return backup
        hint = "`llama-desk backup list` shows those that there are." if backups else "`llama-desk backup` makes one."
        raise NoSuchBackup(f"There is no backup {sanitise(which)}.", hint=hint)

    def due(self, now: datetime) -> bool:
        """Whether none was made yet on this day of the user's zone."""
        return not any(
            backup.kind == "daily" and backup.made_at.astimezone(now.tzinfo).date() == now.date()
            for backup in self.all()
        )

    def make(self, db: DeskDatabase, kind: Kind, now: datetime, *, pause: Callable[[], None] = lambda: None) -> Backup:
        """Back the database up as it is at this moment; older backups than the seven latest of their kind go.

        `pause` is called after each megabyte, and what it raises leaves everything as it was. Raises `DatabaseProblem`
        when the disk is full, when the copy is damaged, or when another process makes one for a minute already.
        """
        with self._turn(), self.workshop() as workshop:
            part = new_file(workshop / "backup.sqlite")
            db.copy_to(part, pause)
            check(part)
            path = self._free_name(now.astimezone(UTC), kind)
            size = part.stat().st_size
            put_in_place(part, path)
            self._prune()
        return Backup(path, now.astimezone(UTC).replace(microsecond=0), kind, size)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """A private folder beside the backups, gone at the end; what others left who were killed goes too."""
        with permitted(self.folder, "backup folder"):
            private_folder(self.folder)
            clear_unheld(self.folder, WORKSHOP)
            folder = HeldFolder(self.folder, WORKSHOP)
        with folder, permitted(self.folder, "backup folder"):
            yield folder.path

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with permitted(self.folder, "backup folder"):
            private_folder(self.folder)
            lock = FileLock(self.folder / ".lock", timeout=_BUSY_SECONDS, mode=0o600)
            try:
                lock.acquire()
            except Timeout:
                raise DatabaseProblem(
                    "Another llama-desk is making a backup.", hint="Wait until that is done."
                ) from None
        try:
            yield
        finally:
            lock.release()

    def _free_name(self, moment: datetime, kind: Kind) -> Path:
        """A name for each second; two backups of one kind within it are as if the later were a second older."""
        while (path := self.folder / f"desk-{moment:%Y%m%dT%H%M%S}Z-{kind}.sqlite").exists():
            moment += timedelta(seconds=1)
        return path

    def _prune(self) -> None:
        backups = self.all()
        daily = [backup for backup in backups if backup.kind == "daily"]
        others = [backup for backup in backups if backup.kind != "daily"]
        for backup in (*daily[KEPT:], *others[KEPT:]):
            backup.path.unlink(missing_ok=True)


def check(path: Path) -> None:
    """Raise `DatabaseProblem` for a backup that cannot be restored: damaged, or of a newer llama-desk.

    Every page is read.
    """
    with translated(path, "backup"), closing(connect_with_known_key(path, "backup")[0]) as connection:
        connection.execute("PRAGMA query_only = ON")
        check_schema(Database(connection, execute_plugins=False), f"backup {path}", "restore another")
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if empty or found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise DatabaseProblem(f"The backup {path} is damaged.", hint="Use another one.")


def _backup(path: Path) -> Backup | None:
    named = _NAME.fullmatch(path.name)
    if named is None:
        return None
    try:
        made_at = datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        kinds: dict[str, Kind] = {"daily": "daily", "asked": "asked", "replaced": "replaced"}
        return Backup(path, made_at, kinds[named[2]], path.stat().st_size)
    except (ValueError, OSError):
        return None
