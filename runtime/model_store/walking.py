"""Looking into folders that other programs fill: bounded, and never past the folder by way of a link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from runtime.model_places import Place
from runtime.model_store.found import MAX_FILES, Found, Skipped, is_part

SUFFIX = ".gguf"


def entries_of(folder: Path) -> list[os.DirEntry[str]]:
    """What stands in a folder, by name; nothing when it is missing or closed to us."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)[:MAX_FILES]
    except OSError:
        return []


def model_files(folder: Path, *, depth: int) -> Iterator[Path]:
    """The .gguf files up to `depth` folders below `folder`; links to folders are not followed."""
    waiting = [(folder, depth)]
    seen = 0
    while waiting and seen < MAX_FILES:
        here, left = waiting.pop()
        for entry in entries_of(here):
            seen += 1
            if entry.name.lower().endswith(SUFFIX):
                yield here / entry.name
            elif left and entry.is_dir(follow_symlinks=False):
                waiting.append((here / entry.name, left - 1))


def usable(path: Path, root: Path | None, place: Place, found: Found) -> tuple[Path, int] | None:
    """The file itself and its size; None, with the reason among the skipped, for what must not be used.

    A link is followed as long as it ends below `root`, which is resolved already; anywhere if there is no root.
    """
    where = f"{place.folder.name}/{path.name}"
    if is_part(path.name):
        found.skipped.append(Skipped(where, "is one part of a model that was split"))
        return None
    try:
        real = path.resolve(strict=True)
        size = real.stat().st_size
        regular = real.is_file()
    except (OSError, RuntimeError):
        found.skipped.append(Skipped(where, "leads nowhere"))
        return None
    if root is not None and not real.is_relative_to(root):
        found.skipped.append(Skipped(where, f"leads out of {root}"))
        return None
    if not regular:
        found.skipped.append(Skipped(where, "is not a regular file"))
        return None
    return real, size
