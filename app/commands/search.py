"""`llama-desk search "WORDS"`"""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from pydantic import BaseModel, RootModel

from app.commands.output import echo_json
from app.desk import LocalDesk
from app.errors import Exit
from app.folder_summary.sources import sources_of
from app.locations import locations
from tools.sanitise import sanitise
from tools.search import Hit, shown_path


class Found(BaseModel):
    """One passage: `start` and `end` are its span in the file's text, in code points; a higher `score` fits better.

    `matches` are the spans of the snippet that are words looked for.
    """

    path: str
    place: str
    start: int
    end: int
    snippet: str
    score: float
    matches: list[tuple[int, int]] = []


class FoundList(RootModel[list[Found]]):
    """What `search --json` prints."""


@click.command()
@click.argument("words")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path, readable=False),
    help="Only in this folder, or in a part of one that was read.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="The most results.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def search(words: str, folder: Path | None, limit: int, as_json: bool) -> int:
    """Find passages in the files that were read before."""
    if not words.strip():
        raise click.UsageError("There is no word to search for.")
    root = sources_of([folder])[0].root if folder else None
    hits = asyncio.run(_search(words, root, limit))
    if as_json:
        echo_json(FoundList([_found(hit, root) for hit in hits]))
    else:
        for hit in hits:
            click.echo(f"{sanitise(shown_path(hit, root))}, {hit.place}\n    {_highlighted(hit)}\n")
        if not hits:
            click.echo("Nothing found; only folders that were indexed or summarised are searched.", err=True)
    return Exit.DONE


async def _search(words: str, folder: Path | None, limit: int) -> list[Hit]:
    desk = LocalDesk.open(locations(), use_model=False)
    try:
        return await desk.search(words, folder, limit=limit)
    finally:
        await desk.close()


def _highlighted(hit: Hit) -> str:
    """The snippet with the words that were looked for in bold, where that is shown."""
    text, done = "", 0
    for start, end in hit.matches:
        text += hit.snippet[done:start] + click.style(hit.snippet[start:end], bold=True)
        done = end
    return text + hit.snippet[done:]


def _found(hit: Hit, folder: Path | None) -> Found:
    return Found(
        path=shown_path(hit, folder),
        place=hit.place,
        start=hit.start,
        end=hit.end,
        snippet=hit.snippet,
        score=hit.score,
        matches=list(hit.matches),
    )
