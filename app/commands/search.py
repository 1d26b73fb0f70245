"""`llama-desk search "WORDS"`"""

from __future__ import annotations

from pathlib import Path

import click
from pydantic import BaseModel, RootModel

from app.commands.output import echo_json
from app.database_thread import DatabaseThread
from app.errors import Exit
from app.folder_summary.sources import sources_of
from app.locations import locations
from tools.folder_walk import base_folder
from tools.sanitise import sanitise
from tools.search import Hit
from tools.search import search as find


class Found(BaseModel):
    """One passage: `start` and `end` are its span in the file's text, in code points; a higher `score` fits better."""

    path: str
    place: str
    start: int
    end: int
    snippet: str
    score: float


class FoundList(RootModel[list[Found]]):
    """What `search --json` prints."""


@click.command()
@click.argument("words")
@click.option("--in", "folder", type=click.Path(path_type=Path), help="Only in this folder.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="The most results.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def search(words: str, folder: Path | None, limit: int, as_json: bool) -> int:
    """Find passages in the files that were read before."""
    if not words.strip():
        raise click.UsageError("There is no word to search for.")
    root = str(sources_of([folder])[0].root) if folder else None
    database = DatabaseThread(locations().make().database)
    try:
        hits = database.run_now(lambda db: find(db, words, root=root, limit=limit))
    finally:
        database.close_now()
    if as_json:
        echo_json(FoundList([_found(hit, folder) for hit in hits]))
    else:
        for hit in hits:
            click.echo(f"{sanitise(_found(hit, folder).path)}, {hit.place}\n    {hit.snippet}\n")
        if not hits:
            click.echo("Nothing found; only folders that were summarised are searched.", err=True)
    return Exit.DONE


def _found(hit: Hit, folder: Path | None) -> Found:
    path = hit.path if folder else str(base_folder(Path(hit.root)) / hit.path)
    return Found(path=path, place=hit.place, start=hit.start, end=hit.end, snippet=hit.snippet, score=hit.score)
