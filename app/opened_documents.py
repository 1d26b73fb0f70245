"""The texts of files and messages that were read, to show a citation in its place."""

from __future__ import annotations

from pathlib import Path

from app.conversation.message_passages import document_of, path_of
from app.desk_api import OpenedDocument
from tools.desk_db import DeskDatabase
from tools.folder_walk import base_folder
from tools.registry import ToolDesk


def open_message(desk: ToolDesk, number: int) -> OpenedDocument | None:
    """The stored text of a message, None when it is gone."""
    message = desk.inbox.store.get(number)
    if message is None:
        return None
    document = document_of(message, desk.zone)
    places = tuple((passage.start, passage.place) for passage in document.passages)
    return OpenedDocument(path_of(message), document.title, document.text, places)


def open_document(database: DeskDatabase, root: Path, path: str) -> OpenedDocument | None:
    """The stored text of the file `path` within the folder `root`, None when it is not known."""
    if Path(path).is_absolute():
        root, path = _within(database, Path(path))
    record = database.files.known(str(root)).get(path)
    if record is None:  # a folder that was not read by itself, but with one around it or in it
        root, path = _within(database, base_folder(root) / path)
        record = database.files.known(str(root)).get(path)
    document = database.documents.get(record.content_hash) if record else None
    if document is None:
        return None
    places = tuple((passage.start, passage.place) for passage in document.passages)
    return OpenedDocument(path, document.title, document.text, places)


def _within(database: DeskDatabase, path: Path) -> tuple[Path, str]:
    """The root that was read and the path in it that together name the file; the path alone when there is none."""
    for root in map(Path, database.files.roots()):
        base = base_folder(root)
        if path.is_relative_to(base) and path.relative_to(base).as_posix() in database.files.known(str(root)):
            return root, path.relative_to(base).as_posix()
    return path, str(path)
