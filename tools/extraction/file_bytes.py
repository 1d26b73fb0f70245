"""Read a file of a folder without leaving the folder, blocking on a pipe or trusting its size."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.extraction.sections import Failed, Refusal, Skipped
from tools.reading import open_for_reading

# A folder is passed through, not listed: where Linux can tell the two apart, less has to be granted.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class FileBytes:
    """What was read of a file; `size` and `mtime_ns` are those at the start, `changed` if they differed at the end."""

    data: bytes
    content_hash: str
    size: int
    mtime_ns: int
    changed: bool


def read_file(root: Path, path: str, max_bytes: int) -> FileBytes:
    """The bytes of the regular file `path` (relative, with forward slashes) in the folder `root`.

    Raises Skipped or Failed with the reason: a link on the way, not a regular file, too large, gone, not permitted.
    """
    try:
        with os.fdopen(_open_inside(root, path), "rb", buffering=0) as file:
            return _read_regular(file.fileno(), max_bytes)
    except OSError as error:
        raise _refusal(error) from error


def _read_regular(file: int, max_bytes: int) -> FileBytes:
    before = os.fstat(file)
    if not stat.S_ISREG(before.st_mode):
        raise Skipped("is not a regular file (a pipe, a socket or a device)")
    if before.st_size > max_bytes:
        raise Skipped(f"is larger than {max_bytes // 2**20} MiB")
    data = _read_up_to(file, before.st_size)
    after = os.fstat(file)
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != before.st_size
    return FileBytes(data, hashlib.sha256(data).hexdigest(), before.st_size, before.st_mtime_ns, changed)


def _read_up_to(file: int, size: int) -> bytes:
    """At most `size` bytes, so that a file that keeps growing comes to an end."""
    pieces = []
    while size > 0 and (piece := os.read(file, min(size, 2**20))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _open_inside(root: Path, path: str) -> int:
    names = path.split("/")
    if any(name in ("", ".", "..") or "\0" in name for name in names):
        raise Failed("has a path that leads out of its folder")
    if os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW"):
        return _open_step_by_step(root, names)
    return _open_checked(root, names)


def _open_step_by_step(root: Path, names: list[str]) -> int:
    """Open each folder from the one before, refusing links, so that a link made meanwhile cannot lead out either."""
    folder = os.open(root, _FOLDER)
    try:
        for name in names[:-1]:
            inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return open_for_reading(names[-1], follow=False, folder=folder)
    finally:
        os.close(folder)


def _open_checked(root: Path, names: list[str]) -> int:
    if any(":" in name or "\\" in name for name in names):
        raise Failed("has a path that leads out of its folder")
    file = root.joinpath(*names)
    inside = file.resolve(strict=True).is_relative_to(root.resolve(strict=True))
    if not inside or file.is_symlink() or file.is_junction():
        raise Skipped("is a link; links are not followed")
    return open_for_reading(file)


def _refusal(error: OSError) -> Refusal:
    # A component of the path that is a link gives ENOTDIR with O_DIRECTORY, and EMLINK instead of ELOOP on FreeBSD.
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return Skipped("is a link; links are not followed")
    if error.errno == errno.ENXIO:
        return Skipped("is not a regular file (a pipe, a socket or a device)")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Failed("is no longer there")
    if isinstance(error, PermissionError):
        return Failed("cannot be opened: you have no permission to read it")
    if sys.platform == "win32" and error.winerror == 32:
        return Failed("is in use by another program; close it there and try again")
    return Failed(f"cannot be read: {(error.strerror or 'the system refused it').lower()}")
