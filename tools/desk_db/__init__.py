"""The desk database: one SQLite file that keeps what was read and what was written, so that nothing is done twice."""

from __future__ import annotations

from tools.desk_db.database import DeskDatabase
from tools.desk_db.journal import Effect, Journal, NotUndone
from tools.desk_db.records import FileProblem, FileRecord, FileStatus, IndexedFolder, ModelFile, Overview, Piece

__all__ = [
    "DeskDatabase",
    "Effect",
    "FileProblem",
    "FileRecord",
    "FileStatus",
    "IndexedFolder",
    "Journal",
    "ModelFile",
    "NotUndone",
    "Overview",
    "Piece",
]
