"""Before the desk is sealed: the process that speaks to the system's keyring is started, if it may be needed.

What this imports starts no thread: the seal comes after it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec

from app.encryption.system_keyring import SystemKeyring
from app.locations import Locations

CHANGING = ("encrypt", "rotate", "decrypt")
"""The commands of `privacy` that may keep a key anew."""

_held: list[SystemKeyring] = []


def reach_keyring(places: Locations, arguments: Sequence[str]) -> None:
    """Start it; that a keyring cannot be reached is said by whoever needs it."""
    changes = "privacy" in arguments and any(one in CHANGING for one in arguments)
    if changes or _may_be_needed(places):
        with suppress(OSError):
            _held.append(SystemKeyring.start(stays=changes))


def held_keyring() -> SystemKeyring | None:
    """The keyring of this process; None where none was started."""
    return _held[-1] if _held else None


def keeper_in(places: Locations) -> str | None:
    """Who keeps the key; None where there is no note of that, "" where it is damaged, as will be said."""
    try:
        return str(json.loads(places.key_note.read_bytes())["keeper"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _may_be_needed(places: Locations) -> bool:
    """Whether the key is there, or this is a first start: no database, nor backups of one."""
    if (keeper := keeper_in(places)) is not None:
        return keeper == "keyring"
    begun = places.database.exists() and places.database.stat().st_size > 0
    return not begun and not any(places.backups.glob("desk-*.sqlite")) and find_spec("sqlcipher3") is not None
