"""The backup of the day: made once, beside whatever else is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import click

from app.clock import now, user_zone
from app.errors import DeskError
from app.locations import Locations, locations
from app.settings import load_settings
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import Backups
from tools.errors import ToolProblem
from tools.sanitise import sanitise

_FIRST_SECONDS = 10.0
"""The screen is drawn and a first question asked before the disk has more to do."""
_LATER_SECONDS = 3600.0
"""A screen that stays open for days makes a backup of each."""
_PAUSE_SECONDS = 0.02
"""After each megabyte, so that a write of the screen finds the disk free."""


class _Stopped(Exception):
    """The desk closes; the backup is made when it opens again."""


def is_due(places: Locations, now: datetime) -> bool:
    """Whether something is kept, and was not backed up yet on this day."""
    return places.database.exists() and Backups(places.backups).due(now)


def back_up_today(places: Locations, now: datetime, pause: Callable[[], None] = lambda: None) -> None:
    """Make the backup of the day if it is due. Raises `ToolProblem` when it cannot be made."""
    if is_due(places, now):
        with DeskDatabase.open(places.database) as db:
            Backups(places.backups).make(db, "daily", now, pause=pause)


def back_up_after_command() -> None:
    """Make the backup of the day if it is due, at the end of a command, and say so on a terminal.

    A failure is said on standard error; Ctrl-C leaves it to the next command.
    """
    try:
        places = locations()
        moment = now(user_zone(load_settings(places.settings)))
        if is_due(places, moment):
            from rich.console import Console

            words = "Making the backup of the day; Ctrl-C leaves it for later"
            with Console(stderr=True).status(words, spinner="line"):
                back_up_today(places, moment)
    except KeyboardInterrupt:
        return
    except (DeskError, ToolProblem) as problem:
        click.echo(sanitise(f"Today's backup was not made. {problem.sentence()}"), err=True)


class DailyBackup:
    """Makes the backup of each day on a thread of its own until it is closed; what is unfinished then is dropped.

    `report` is told, on that thread, the sentence of a backup that could not be made.
    """

    def __init__(self, places: Locations, clock: Callable[[], datetime], report: Callable[[str], None]) -> None:
        self._places = places
        self._clock = clock
        self._report = report
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        wait = _FIRST_SECONDS
        while not self._closing.wait(wait):
            wait = _LATER_SECONDS
            with suppress(_Stopped):
                try:
                    back_up_today(self._places, self._clock(), self._pause)
                except ToolProblem as problem:
                    if not self._closing.is_set():
                        self._report(f"Today's backup was not made. {problem.sentence()}")

    def _pause(self) -> None:
        time.sleep(_PAUSE_SECONDS)
        if self._closing.is_set():
            raise _Stopped
