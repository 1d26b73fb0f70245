"""The files that a summary is about, as the user named them and as they are shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import DeskError
from tools.sanitise import sanitise


@dataclass(frozen=True, slots=True)
class Source:
    """A folder, or a single file, that the user pointed at. `prefix` stands before the paths that are shown."""

    root: Path
    prefix: str = ""

    def shown(self, path: str) -> str:
        return f"{self.prefix}{path}"


def sources_of(paths: Sequence[Path]) -> tuple[Source, ...]:
    """One source for each path; where there are several folders, their files' paths begin with the folder's name.

    A path that is named twice, or lies in another one, is not a source of its own.

    Raises DeskError for a path that does not exist or may not be read.
    """
    found = list(dict.fromkeys(_existing(path) for path in paths))
    roots = [root for root in found if not any(other in root.parents for other in found)]
    if len(roots) == 1:
        return (Source(roots[0]),)
    names = [root.name for root in roots]
    return tuple(Source(root, _prefix(root, alone=names.count(root.name) == 1)) for root in roots)


def heading(sources: Sequence[Source]) -> str:
    """What the summary is of, in a few words."""
    return "Summary of " + ", ".join(source.root.name or str(source.root) for source in sources)


def _existing(path: Path) -> Path:
    try:
        resolved = path.expanduser().resolve(strict=True)
        resolved.stat()
        str(resolved).encode()
    except UnicodeEncodeError as error:
        raise DeskError(
            f"{sanitise(str(path))} has a name that is not valid text.", title="Not a name", hint="Rename it."
        ) from error
    except (OSError, RuntimeError) as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be opened"
        raise DeskError(
            f"{path} {reason}.", title="Nothing to read there", hint="Name a folder or a file that is there."
        ) from error
    if not resolved.is_dir() and not resolved.is_file():
        raise DeskError(f"{path} is neither a folder nor a file.", title="Nothing to read there", hint="Name one.")
    if not os.access(resolved, os.R_OK | os.X_OK if resolved.is_dir() else os.R_OK):
        raise DeskError(
            f"You may not read {path}.", title="Nothing to read there", hint="Change its permissions, or name another."
        )
    return resolved


def _prefix(root: Path, *, alone: bool) -> str:
    if root.is_file():
        return "" if alone else f"{root.parent}/"
    return f"{root.name}/" if alone else f"{root}/"
