"""The desk database: one SQLite file that keeps what was read and what was written, so that nothing is done twice."""

from __future__ import annotations

from tools.desk_db.database import DeskDatabase
from tools.desk_db.journal import Effect, Journal, NotUndone
from tools.desk_db.records import FileRecord, FileStatus, ModelFile, Overview, Piece

__all__ = [
    "DeskDatabase",
    "Effect",
    "FileRecord",
    "FileStatus",
    "Journal",
    "ModelFile",
    "NotUndone",
    "Overview",
    "Piece",
]
