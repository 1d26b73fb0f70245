"""Files and folders for their owner alone, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that do not exist yet; one that exists stays as it is."""
    for part in (*reversed(folder.parents), folder):
        part.mkdir(mode=0o700, exist_ok=True)


def new_file(path: Path) -> Path:
    """Make an empty file where there is none."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def put_in_place(part: Path, path: Path) -> None:
    """Give a finished file its name, in place of what has that name; on the disk when this returns."""
    _sync(part, os.O_RDWR)
    try:
        part.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # A process that the first version of Landlock holds may not move a file from folder to folder.
        beside = path.with_name(f".{path.name}.part")
        beside.unlink(missing_ok=True)
        shutil.copyfile(part, new_file(beside))
        _sync(beside, os.O_RDWR)
        beside.replace(path)
        part.unlink()
    if sys.platform != "win32":
        with suppress(OSError):  # not every file system can do that with a folder
            _sync(path.parent, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
