"""The folders that were read, as the assistant may use them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.desk_tools.places import known_file, known_folder
from tools.desk_tools.tasks import OpenFile, SearchFiles, SummariseFolder
from tools.registry import Handed, Outcome, ToolDesk, tool


@tool()
def files_search(desk: ToolDesk, query: str, folder: str | None = None) -> Outcome:
    """Find passages in the user's files."""
    where = known_folder(desk.db, folder) if folder else None
    return Handed(SearchFiles(query, where))


@tool()
def files_summarise(
    desk: ToolDesk,
    folder: str,
    depth: Annotated[int | None, Field(description="levels of subfolders")] = None,
) -> Outcome:
    """Summarise a folder."""
    return Handed(SummariseFolder(known_folder(desk.db, folder), depth))


@tool()
def files_open(desk: ToolDesk, path: str) -> Outcome:
    """Open a file for the user to read."""
    file = known_file(desk.db, path)
    return Handed(OpenFile(file.root, file.path), {"opened": file.path})
