"""Export to one .ics file, or to a vdir: a folder with a file for each event, which other programs can share."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from tools.calendar.attendee import Attendee
from tools.calendar.event import Event, Series
from tools.calendar.ics_write import calendar_bytes, invitation
from tools.calendar.problems import CalendarProblem

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_UID = re.compile(rb"^UID:(.{1,1000}?)\r?$", re.MULTILINE)
_MAX_LOOKED_AT = 2**20


def export_file(series: Iterable[Series], path: Path, *, name: str = "") -> None:
    """Write one .ics file, in place of what was there, whole or not at all."""
    try:
        _replace(path, calendar_bytes(series, name=name))
    except OSError as error:
        raise _unwritable(path, error) from error


def write_invitation(event: Event, path: Path, organizer: Attendee) -> None:
    """Write the invitation to `event` that `organizer` sends, in place of what was there, whole or not at all.

    Raises `CalendarProblem` when somebody's address is missing or the file cannot be written.
    """
    data = invitation(event, organizer)
    try:
        _replace(path, data)
    except OSError as error:
        raise _unwritable(path, error) from error


def export_folder(series: Iterable[Series], folder: Path) -> dict[str, int]:
    """Write each series into a file of its own in a vdir; files that have it already under another name keep that.

    Gives how many files were written and how many were so already. Files of other events are left alone.
    """
    counts = {"written": 0, "unchanged": 0}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _files_by_uid(folder)
        for one in series:
            path = folder / known.get(one.uid, file_name(one.uid))
            data = calendar_bytes([one])
            if path.is_file() and path.read_bytes() == data:
                counts["unchanged"] += 1
                continue
            _replace(path, data)
            counts["written"] += 1
    except OSError as error:
        raise _unwritable(folder, error) from error
    return counts


def file_name(uid: str) -> str:
    """The name of an event's file: its UID where that is a safe name, as a vdir prefers."""
    return f"{uid if _SAFE.fullmatch(uid) else hashlib.sha256(uid.encode()).hexdigest()[:40]}.ics"


def _files_by_uid(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.ics")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_LOOKED_AT:
            continue
        # Long names are folded, and then the event gets the file that its name gives.
        uids = {match.decode("utf-8", "replace") for match in _UID.findall(path.read_bytes())}
        if len(uids) == 1:
            found.setdefault(uids.pop(), path.name)
    return found


def _replace(path: Path, data: bytes) -> None:
    """vdir asks for this: a reader sees the old file or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> CalendarProblem:
    reason = error.strerror or "the system refused it"
    return CalendarProblem(f"{path} cannot be written: {reason}.", hint="Name another place.")
