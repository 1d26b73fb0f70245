"""What a search finds, and where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.desk_db import DeskDatabase
from tools.folder_walk import base_folder
from tools.search.scope import Scope


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: `start` and `end` are its span in the document's text, in code points."""

    root: str
    path: str
    """Relative to `root`; the first by name where several files have the same content."""
    place: str
    start: int
    end: int
    snippet: str
    """Its sentence that has most of the words, on one line."""
    score: float
    """Larger is better; comparable between the hits of one search."""
    content_hash: str
    text: str
    matches: tuple[tuple[int, int], ...] = ()
    """The spans of the snippet that are words looked for."""


type Row = tuple[str, str, int, int, str, float]
"""Content hash, place, start, end, text and score of a passage."""


def named(db: DeskDatabase, rows: Iterable[Row], scope: Scope) -> list[Hit]:
    """The passages with the names of their files, in the order of `rows`, without snippets; equal texts once."""
    rows = list(rows)
    contents = json.dumps([row[0] for row in rows])
    names = {
        content_hash: (root, path)
        for content_hash, root, path in db.rows(
            f"SELECT files.content_hash, files.root, files.path FROM {scope.files}"  # noqa: S608
            " WHERE ?1 IS NOT NULL AND files.content_hash IN (SELECT value FROM json_each(?2))"
            " ORDER BY files.root DESC, files.path DESC",
            (scope.parts, contents),
        )
    }
    hits: dict[str, Hit] = {}
    for content_hash, place, start, end, text, score in rows:
        if content_hash in names and text not in hits:
            hits[text] = Hit(*names[content_hash], place, start, end, "", score, content_hash, text)
    return list(hits.values())


def shown_path(hit: Hit, folder: Path | None) -> str:
    """The path of a hit as the user sees it: relative to the folder that was searched, whole when there was none."""
    whole = base_folder(Path(hit.root)) / hit.path
    if folder is None:
        return str(whole)
    base = base_folder(folder)
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else hit.path
