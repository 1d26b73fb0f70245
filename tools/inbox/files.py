"""The files under a path that may hold messages, opened without following a link, waiting for a pipe or running on."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.inbox.records import InboxProblem
from tools.reading import open_for_reading

DEEPEST_FOLDER = 40
MOST_FILES = 1_000_000


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file, open at its start, as long as the import of it lasts."""

    path: Path
    stream: BinaryIO
    size: int
    mtime_ns: int

    def head(self, count: int = 4096) -> bytes:
        """The first bytes; the next read begins at the start again."""
        start = self.stream.read(count)
        self.stream.seek(0)
        return start

    def content(self, largest: int) -> bytes:
        """The whole file. Raises `InboxProblem` when it has more than `largest` bytes."""
        data = self.stream.read(largest + 1)
        if len(data) > largest:
            raise InboxProblem(f"is larger than {largest // 2**20} MiB.")
        return data


def open_file(path: Path) -> OpenFile:
    """Raises `InboxProblem` with the reason when the path is no regular file or may not be read."""
    try:
        number = open_for_reading(path, follow=False)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise InboxProblem("is not a regular file.") from error
        raise InboxProblem(f"cannot be read: {(error.strerror or 'the system refused it').lower()}.") from error
    about = os.fstat(number)
    if not stat.S_ISREG(about.st_mode):
        os.close(number)
        raise InboxProblem("is not a regular file.")
    return OpenFile(path, os.fdopen(number, "rb"), about.st_size, about.st_mtime_ns)


def files_under(folder: Path) -> Iterator[Path]:
    """The files of a folder and of its folders, by name; links are not followed. What cannot be listed is given too."""
    pending = [(folder, 0)]
    found = 0
    while pending:
        place, depth = pending.pop()
        try:
            with os.scandir(place) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            yield place  # to be named as what cannot be opened
            continue
        inner = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        if "cur" in {path.name for path in inner}:
            inner = [path for path in inner if path.name != "tmp"]  # a Maildir's, for mails not yet written in full
        if depth < DEEPEST_FOLDER:
            pending.extend((path, depth + 1) for path in reversed(inner))
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                found += 1
                if found > MOST_FILES:
                    return
                yield Path(entry.path)
