"""Folders and files as people name them: "lease", "my Documents/lease folder", "~/lease", "notes.txt"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tools.desk_db import DeskDatabase
from tools.errors import ToolProblem
from tools.folder_walk import base_folder
from tools.registry import Choice, Choose, Unsettled

_OFFERED = 5


class NoSuchPlace(ToolProblem):
    """A folder or a file that is not among those that the user has opened."""

    title = "That is not among the opened folders"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was read: `path` is relative to `root`."""

    root: Path
    path: str


def known_folder(db: DeskDatabase, name: str) -> Path:
    """The folder that was read, or one inside it, that `name` means.

    A whole path may name any folder that lies in one that was read. Raises NoSuchPlace, and Unsettled to ask which of
    several.
    """
    roots = [Path(root) for root in db.files.roots()]
    whole = _whole(name)
    if whole is not None:
        if any(whole.is_relative_to(root) for root in roots):
            return whole
        raise NoSuchPlace(f"There is no opened folder {name}.", hint="Open it first: llama-desk summarise FOLDER.")
    names = {folder.as_posix(): folder for root in roots for folder in (root, *_subfolders(db, root))}
    chosen = _picked(name, names, Choose(f"Which folder is meant by “{name}”?", "folder", ()))
    if chosen is None:
        raise NoSuchPlace(f"There is no opened folder {name}.", hint="Open it first: llama-desk summarise FOLDER.")
    return chosen


def known_file(db: DeskDatabase, name: str) -> KnownFile:
    """The file that was read that `name` means: a path, its end, or its name with or without its suffix.

    Raises NoSuchPlace, and Unsettled to ask which of several.
    """
    files = {
        (base_folder(root) / path).as_posix(): KnownFile(root, path)
        for root in map(Path, db.files.roots())
        for path, record in db.files.known(str(root)).items()
        if record.content_hash
    }
    whole = _whole(name)
    wanted = whole.as_posix() if whole is not None else name
    chosen = files.get(wanted) or _picked(name, files, Choose(f"Which file is meant by “{name}”?", "path", ()))
    if chosen is None:
        raise NoSuchPlace(f"{name} is not in a folder that you have opened.", hint="Open its folder first.")
    return chosen


def _whole(name: str) -> Path | None:
    try:
        path = Path(name).expanduser()
    except RuntimeError:
        return None
    return path.resolve() if path.is_absolute() else None


def _subfolders(db: DeskDatabase, root: Path) -> set[Path]:
    base = base_folder(root)
    return {base / parent for path in db.files.known(str(root)) for parent in PurePosixPath(path).parents[:-1]}


_WAYS: tuple[Callable[[str, str], bool], ...] = (
    lambda path, name: path.endswith("/" + name),
    lambda path, name: path.casefold().endswith("/" + name.casefold()),
    lambda path, name: _plain(path.rpartition("/")[2]) == _plain(name),
    lambda path, name: _plain(path.rpartition("/")[2].partition(".")[0]) == _plain(name),
)
"""How a path may be named, the strictest first."""


def _picked[T](name: str, places: dict[str, T], question: Choose) -> T | None:
    name = name.strip().strip("/").removeprefix("./")
    for fits in _WAYS:
        found = sorted(path for path in places if fits(path, name)) if name else []
        if len(found) == 1:
            return places[found[0]]
        if found:
            raise Unsettled(replace(question, choices=tuple(Choice(path, path) for path in found[:_OFFERED])))
    return None


def _plain(name: str) -> str:
    """Only the letters and digits of a name, so that "Lease 2024" finds lease_2024."""
    return re.sub(r"[\W_]+", "", name.casefold())
