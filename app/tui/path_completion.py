"""Folders and files that go on from what a person has typed of a path."""

from __future__ import annotations

import os
from pathlib import Path

_ENTRIES = 2_000


def subfolders(folder: Path) -> list[str]:
    """Names of the folders in `folder` that are not hidden, sorted as people sort; empty when it cannot be read."""
    return _names(folder, files=False)


def completion(text: str) -> str | None:
    """`text` with its last part completed by the first folder or file that fits; a folder ends in the separator."""
    head, partial = _split(text)
    if not partial:
        return None
    folder = Path(head or ".").expanduser()
    # An inline completion can only add to what was typed, so the case has to agree.
    name = next((name for name in _names(folder, files=True) if name.startswith(partial)), None)
    if name is None:
        return None
    return head + name + (os.sep if (folder / name).is_dir() else "")


def _split(text: str) -> tuple[str, str]:
    cut = max(text.rfind("/"), text.rfind(os.sep)) + 1
    return text[:cut], text[cut:]


def _names(folder: Path, *, files: bool) -> list[str]:
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and (files or _is_folder(entry)):
                    names.append(entry.name)
                if len(names) >= _ENTRIES:
                    break
    except OSError:
        return []
    return sorted(names, key=lambda name: (name.casefold(), name))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
