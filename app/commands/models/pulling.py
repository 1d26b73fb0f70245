"""`llama-desk models pull`: what a model costs is shown, one question, then the download."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from difflib import get_close_matches
from typing import Literal

import click
from pydantic import BaseModel

from app.commands.download_bar import DownloadBar
from app.commands.output import echo_json
from app.download_terms import TITLE, check_usable, known_hash, terms_of
from app.downloads import fetch
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.model_choice import find_elsewhere
from runtime.fetch.events import Fetched
from runtime.fetch.presence import present
from runtime.manifest import ManifestEntry, load_manifest
from runtime.model_store import FoundModel
from tools.sanitise import sanitise


class PulledModel(BaseModel):
    """What `models pull --json` prints."""

    id: str
    status: Literal["fetched", "present"]
    path: str
    size: int
    """Bytes."""
    sha256: str
    verified: bool
    """Whether the hash was known before; otherwise it is kept and checked from now on."""
    resumed_from: int
    """Bytes that were there from an earlier try."""


@click.command()
@click.argument("model_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask; what the question shows is taken as read.")
@click.option("--unverified", is_flag=True, help="Take a file whose hash is not known yet; it is checked from then on.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def pull(model_id: str, yes: bool, unverified: bool, as_json: bool) -> int:
    """Download a model into the models folder, and check that it is the right one.

    This is the only command that opens a connection: to huggingface.co or to the mirror that HF_ENDPOINT names, after
    a yes. A download that was stopped goes on where it was.
    """
    entry = _listed(model_id)
    check_usable(entry)
    places = locations().make()
    expected = known_hash(entry, places)
    with DownloadBar(entry.name) as bar:
        here = present(entry, places.models, expected, bar.checking)
    if here is None and (elsewhere := find_elsewhere(entry.id, places)):
        return _show_elsewhere(entry, elsewhere, as_json=as_json)
    if here is None:
        _check_agreed(entry, places, yes=yes, unverified=unverified, unknown=expected is None)
        here = asyncio.run(_download(entry, unverified=expected is None))
    if here is None:
        click.echo("Stopped. What arrived is kept: the same command goes on from there.", err=True)
        return Exit.INTERRUPTED
    _show(entry, here, places, as_json=as_json)
    if entry.projector is not None:
        click.echo(f"To read pictures it needs one more: llama-desk models pull {entry.projector}", err=True)
    return Exit.DONE


async def _download(entry: ManifestEntry, *, unverified: bool) -> Fetched | None:
    """None when it was stopped."""
    try:
        async with aclosing(fetch(entry, unverified=unverified)) as download:
            with DownloadBar(entry.name) as bar:
                async for event in download:
                    if isinstance(event, Fetched):
                        return event
                    bar.show(event)
    except asyncio.CancelledError:
        return None
    raise AssertionError("a download ends with its file or with an error")


def _listed(model_id: str) -> ManifestEntry:
    entries = {entry.id: entry for entry in load_manifest()}
    if model_id in entries:
        return entries[model_id]
    near = get_close_matches(model_id, entries, n=1)
    raise DeskError(
        f"There is no model '{model_id}' in the list.",
        title="Model not found",
        hint=f"Did you mean {near[0]}?" if near else f"The first one there is {next(iter(entries))}.",
    )


def _check_agreed(entry: ManifestEntry, places: Locations, *, yes: bool, unverified: bool, unknown: bool) -> None:
    """Ask, unless the options have said it all; raises DeskError where the answer is no."""
    if yes and unknown and not unverified:
        raise DeskError(
            f"The hash of {entry.file} is not known, so its first download cannot be checked.",
            title=TITLE,
            hint="Say --unverified as well to take it as it comes; it is checked from then on.",
        )
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"A download needs a yes: say --yes{' --unverified' if unknown else ''}.")
    terms = terms_of(entry, places)
    for name, words in terms.facts:
        click.echo(f"{name:>10}  {sanitise(words)}", err=True)
    if not click.confirm(terms.question, default=False, err=True):
        raise DeskError("Nothing was downloaded.", title=TITLE)


def _show_elsewhere(entry: ManifestEntry, found: FoundModel, *, as_json: bool) -> int:
    """Another program has it: it is used there, and its hash is checked when it is."""
    if as_json:
        echo_json(
            PulledModel(
                id=entry.id,
                status="present",
                path=str(found.path),
                size=found.size,
                sha256=found.sha256 or "",
                verified=False,
                resumed_from=0,
            )
        )
    else:
        click.echo(f"{entry.name} is on this machine already, and is used where it is: {sanitise(str(found.path))}")
    return Exit.DONE


def _show(entry: ManifestEntry, done: Fetched, places: Locations, *, as_json: bool) -> None:
    path = places.models / done.file
    if as_json:
        facts = done.model_dump(include={"size", "sha256", "verified", "resumed_from"})
        echo_json(PulledModel(id=entry.id, status="present" if done.was_here else "fetched", path=str(path), **facts))
    elif done.was_here:
        click.echo(f"{entry.name} is here already, and its bytes are right: {path}")
    else:
        click.echo(f"{entry.name} is here: {path}")
        click.echo("Its SHA-256 is the listed one." if done.verified else f"Its SHA-256 is kept: {done.sha256}")
