"""Where a search looks: everywhere, or in one folder, whichever folder around it or in it was read."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tools.desk_db import DeskDatabase
from tools.desk_db.files import below

_LAST = "\U0010ffff"

_PARTS = """
    json_each(?1) AS part
    JOIN files ON files.root = part.value ->> 0 AND files.path BETWEEN part.value ->> 1 AND part.value ->> 2
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What was read of a folder, or all of it. `parts` is the first parameter of a query that uses the rest.

    It is a JSON list of spans of files: each a root that was read, and the first and last of its paths.
    """

    parts: str = "[]"

    @property
    def files(self) -> str:
        """What a query about files selects from, so that it sees those in the scope."""
        return "files" if self.parts == "[]" else _PARTS

    @property
    def has_document(self) -> str:
        """A condition on a row of `documents`: a file in the scope has this content."""
        if self.parts == "[]":
            # The parameter has to stand somewhere.
            return "(?1 IS NOT NULL AND EXISTS (SELECT 1 FROM files WHERE files.content_hash = documents.content_hash))"
        return (
            "documents.id IN (SELECT inside.id FROM"  # noqa: S608
            f" {_PARTS} JOIN documents AS inside ON inside.content_hash = files.content_hash)"
        )

    @property
    def passages(self) -> str:
        """A query for the ids of the passages in this folder."""
        return (
            f"SELECT inside.id FROM {_PARTS}"  # noqa: S608
            " JOIN documents AS whole ON whole.content_hash = files.content_hash"
            " JOIN passages AS inside ON inside.document_id = whole.id"
        )


def scope_of(db: DeskDatabase, folder: str | None) -> Scope | None:
    """The scope of `folder` (a folder or a file), or everywhere; None when nothing in it was read."""
    if folder is None:
        return Scope()
    parts: list[tuple[str, str, str]] = []
    for root in db.files.roots():
        if root == folder or below(root, folder):
            parts.append((root, "", _LAST))
        elif inside := below(folder, root):
            parts += [(root, inside, inside), (root, f"{inside}/", f"{inside}/{_LAST}")]
    return Scope(json.dumps(parts)) if parts else None


def share_of_files(db: DeskDatabase, scope: Scope) -> float:
    """The part of all files that were read that lies in the scope, 0 to 1."""
    if scope == Scope():
        return 1.0
    [[inside, all_files]] = db.rows(
        f"SELECT (SELECT count(*) FROM {scope.files}), (SELECT count(*) FROM files)",  # noqa: S608
        (scope.parts,),
    )
    return inside / all_files if all_files else 0.0
