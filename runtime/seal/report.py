"""What a role may open, and what of its seal holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Role = Literal["launcher", "desk", "engine", "extractor", "fetcher", "keyring"]


@dataclass(frozen=True, slots=True)
class Grants:
    """The folders and files that a role may open; everything else is closed to it once sealed."""

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    listed: tuple[Path, ...] = ()
    """Folders of which, and of those below, the names of what is in them may be read, and no file."""
    hosts: tuple[tuple[str, int], ...] = ()
    """Hosts ("*." and the end of a name for all below it) and ports that the fetcher may connect to."""
    line: int | None = None
    """The desk's socket to its launcher, the one that stays open. No other is made, and this one leads nowhere else."""


@dataclass(frozen=True, slots=True)
class SealReport:
    """What holds for this process from now on, and what this platform could not enforce."""

    role: Role
    enforced: tuple[str, ...]
    missing: tuple[str, ...]


class SealFailed(Exception):
    """The kernel did not take what this platform promises; its text is a sentence."""
