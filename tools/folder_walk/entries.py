"""What a walk yields, and where it stops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or a folder that was left out as one row.

    `path` is relative to the folder, with forward slashes; a folder's ends in "/". `size` is in bytes. A `reason`
    says why it is not to be read, as words that follow its name: "is hidden", "is a link".
    """

    path: str
    size: int = 0
    mtime_ns: int = 0
    reason: str = ""

    @property
    def readable(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """`file_bytes` per file, `depth` of folders within folders, `entries` in the whole folder."""

    file_bytes: int = 64 * 2**20
    depth: int = 32
    entries: int = 50_000
