"""The walk itself: iterative, sorted, and never outside the folder it was given."""

from __future__ import annotations

import heapq
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.extraction.unread_kinds import unread_kind
from tools.folder_walk.entries import Entry, WalkLimits
from tools.folder_walk.ignore import IGNORE_FILES, MAX_IGNORE_BYTES, IgnoreRules, parse_rules
from tools.reading import open_for_reading, point_at

_WINDOWS_HIDDEN = 0x2
_MACOS_HIDDEN = 0x8000


def base_folder(root: Path) -> Path:
    """The folder that the paths of `walk(root)` are relative to: `root`, or its parent when it is a single file.

    A root that has vanished stays what it was called: its parent's files are not its own.
    """
    root = root.resolve()
    return root.parent if root.is_file() else root


def walk(root: Path, limits: WalkLimits | None = None) -> Iterator[Entry]:
    """Every file under `root` in the order of its path; a hidden or ignored folder is one row.

    `root` may be a single file, which is then listed even if its name is hidden. Links are never followed.
    Raises FileNotFoundError when there is nothing at `root`, and Withheld when that is not read.
    """
    limits = limits or WalkLimits()
    root = root.resolve(strict=True)
    point_at(root)
    if not root.is_dir():
        yield _single_file(root, limits)
        return
    left = limits.entries
    for entry in _walk_folder(root, limits):
        if left == 0:
            reason = f"and all that follows it were left out: the folder holds more than {limits.entries:,} files"
            yield Entry(entry.path, reason=reason)
            return
        left -= 1
        yield entry


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    """Relative to the root: "" or ending in "/"."""
    depth: int
    rules: IgnoreRules | None


def _walk_folder(root: Path, limits: WalkLimits) -> Iterator[Entry]:
    pending: list[Entry | _Folder] = [_Folder("", 0, None)]
    while pending:
        item = pending.pop()
        if isinstance(item, Entry):
            yield item
        else:
            pending.extend(reversed(_list_folder(root, item, limits)))


def _list_folder(root: Path, folder: _Folder, limits: WalkLimits) -> list[Entry | _Folder]:
    location = root / folder.path
    try:
        with os.scandir(location) as found:
            # One more than may be listed is enough to know that there are too many, and no more are held in memory.
            children = heapq.nsmallest(limits.entries + 1, found, key=lambda child: child.name)
    except OSError as error:
        return [Entry(folder.path or "./", reason=f"cannot be opened: {_cause(error)}")]
    rules = _rules_here(location, folder, {child.name for child in children})
    return [_judge(child, folder, rules, limits) for child in children]


def _rules_here(location: Path, folder: _Folder, names: set[str]) -> IgnoreRules | None:
    rules = folder.rules
    for name in IGNORE_FILES:
        if name in names:
            rules = parse_rules(folder.path, name, _read_ignore_file(location / name), rules)
    return rules


def _read_ignore_file(path: Path) -> str:
    try:
        with os.fdopen(open_for_reading(path, follow=False), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            return file.read(MAX_IGNORE_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""  # git, too, takes an ignore file that it cannot read for an empty one


def _judge(child: os.DirEntry[str], folder: _Folder, rules: IgnoreRules | None, limits: WalkLimits) -> Entry | _Folder:
    path = folder.path + child.name
    if not _is_text(child.name):
        shown = path.encode("utf-8", "replace").decode("utf-8")
        return Entry(shown, reason="has a name that is not valid Unicode; rename it to have it read")
    try:
        if child.is_symlink() or child.is_junction():
            return Entry(path, reason="is a link; links are not followed")
        is_folder = child.is_dir(follow_symlinks=False)
        status = child.stat(follow_symlinks=False)
    except OSError as error:
        return Entry(path, reason=f"cannot be opened: {_cause(error)}")
    if is_folder:
        path += "/"
    reason = "is hidden" if _is_hidden(child.name, status) else _ignored(path, rules)
    if is_folder:
        return _judge_folder(path, folder.depth + 1, reason, rules, limits)
    return Entry(path, status.st_size, status.st_mtime_ns, reason or _unfit(child.name, status, limits))


def _judge_folder(path: str, depth: int, reason: str, rules: IgnoreRules | None, limits: WalkLimits) -> Entry | _Folder:
    if not reason and depth > limits.depth:
        reason = f"is more than {limits.depth} folder{'' if limits.depth == 1 else 's'} deep"
    return Entry(path, reason=reason) if reason else _Folder(path, depth, rules)


def _ignored(path: str, rules: IgnoreRules | None) -> str:
    source = rules.ignored_by(path) if rules else ""
    return f"is ignored by {source}" if source else ""


def _unfit(name: str, status: os.stat_result, limits: WalkLimits) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file (a pipe, a socket or a device)"
    if reason := unread_kind(name):
        return reason
    if status.st_size > limits.file_bytes:
        return f"is larger than {limits.file_bytes // 2**20} MiB"
    return ""


def _single_file(path: Path, limits: WalkLimits) -> Entry:
    status = path.stat()
    return Entry(path.name, status.st_size, status.st_mtime_ns, _unfit(path.name, status, limits))


def _is_hidden(name: str, status: os.stat_result) -> bool:
    if name.startswith("."):
        return True
    if sys.platform == "win32":
        return bool(status.st_file_attributes & _WINDOWS_HIDDEN)
    if sys.platform == "darwin":
        return bool(status.st_flags & _MACOS_HIDDEN)
    return False


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _cause(error: OSError) -> str:
    return (error.strerror or "it cannot be read").lower()
