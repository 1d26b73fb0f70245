"""What processes leave in the data folder when they are killed, and where they put aside what they do not keep."""

from __future__ import annotations

import atexit
import os
import time
from contextlib import suppress

from filelock import Timeout

from app.locations import Locations
from runtime.fetch.alone import clear_leftovers as clear_download
from tools.desk_db.backups import WORKSHOP
from tools.held_folder import HeldFolder, clear_unheld

TEMPORARY, ATTACHMENTS = "desk-", "attachment-"
"""How the names of the folders begin that a process holds while it lives."""
_OLD_SECONDS = 3600.0
"""A new settings.toml is unfinished for milliseconds."""


def make_temporary(places: Locations) -> None:
    """Let libraries put aside what they must in a folder of the data folder: no private text lies in one that others
    share. It is gone when this process ends; those of processes that were killed go now.
    """
    shared = places.home / "tmp"
    with suppress(OSError, Timeout):  # said later, in a sentence, by whoever needs the data folder
        shared.mkdir(mode=0o700, exist_ok=True)
        own = HeldFolder(shared, TEMPORARY)
        atexit.register(own.close)
        os.environ["TMPDIR"] = os.environ["SQLITE_TMPDIR"] = str(own.path)


def clear_leftovers(places: Locations) -> None:
    """Remove what processes left that were killed, and nothing that a living one has.

    Files put aside, attachments that were being read, unfinished backups, parts of downloads without bytes, settings
    that were not put in place.
    """
    clear_unheld(places.home / "tmp", TEMPORARY)
    clear_unheld(places.home, ATTACHMENTS)
    clear_unheld(places.backups, WORKSHOP)
    with suppress(OSError):
        for lock in places.models.glob(".*.gguf.lock"):
            clear_download(places.models, lock.name.removeprefix(".").removesuffix(".lock"))
        for part in places.home.glob(f".{places.settings.name}.*"):
            if time.time() - part.stat().st_mtime > _OLD_SECONDS:
                part.unlink()
