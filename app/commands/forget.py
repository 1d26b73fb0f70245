"""`llama-desk forget FOLDER | --inbox SOURCE | --chat ID | --history`"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from pydantic import BaseModel

from app.commands.backup import current_time
from app.commands.grant_names import forget_grants
from app.commands.output import echo_json
from app.errors import DeskError, Exit
from app.forgetting.everywhere import Forgotten, begun, forget_everywhere, look
from app.forgetting.targets import ChatTarget, Counts, FolderTarget, HistoryTarget, SourceTarget, Target
from app.locations import Locations, locations
from app.wording import count
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import Backups
from tools.sanitise import sanitise

SSD = (
    "An SSD, or a file system that keeps old versions, may hold blocks that were written before, where no program can"
    " reach them; only an encrypted disk covers those."
)


class ForgetResult(BaseModel):
    """What `forget --json` prints: what was in the database, and what became of the backups."""

    forgotten: str
    files: int
    passages: int
    messages: int
    answers: int
    conversations: int
    effects: int
    backups_rewritten: int
    backups_removed: int


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, readable=False))
@click.option(
    "--inbox", "source", type=click.Path(path_type=Path, readable=False), metavar="SOURCE", help="A path of messages."
)
@click.option("--chat", type=click.IntRange(min=1), metavar="ID", help="A conversation.")
@click.option("--history", is_flag=True, help="How things were: what `undo` could bring back, backups.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def forget(folder: Path | None, source: Path | None, chat: int | None, history: bool, yes: bool, as_json: bool) -> int:
    """Forget a FOLDER (or one file) for good, with all that was derived from it, in every backup too.

    Of a folder that is passages, vectors, summaries, and the answers in kept conversations that rest on it; of a source
    of messages the messages, what they asked to be done, and such answers. Events, and what you asked to have
    remembered, stay: they are yours. The files themselves are not touched. This cannot be undone.

    --history forgets how things were: what was done and could be undone, what cancelled events said, and the backups,
    for which a new one is made.

    Refused while the screen or another command has the database open.
    """
    places = locations().make()
    backups = Backups(places.backups)
    target, name = _target(places, backups, folder, source, chat, history)
    counts = look(places.database, target)
    if not as_json:
        _preview(name, counts, len(backups.all()))
    if not yes and not _agreed(name, as_json):
        click.echo("Nothing was forgotten.", err=True)
        return Exit.FAILED
    with _progress() as progress:
        forgotten = forget_everywhere(places.database, target, backups, current_time(places), progress)
    _forget_grants(target)
    _print(name, forgotten, as_json)
    if isinstance(target, FolderTarget):
        _say_what_reads_it_again(places, target)
    return Exit.DONE


def _target(
    places: Locations, backups: Backups, folder: Path | None, source: Path | None, chat: int | None, history: bool
) -> tuple[Target, str]:
    """What is to be forgotten, and its name."""
    if sum((folder is not None, source is not None, chat is not None, history)) != 1:
        raise click.UsageError("Name one thing to forget: FOLDER, --inbox SOURCE, --chat ID or --history.")
    if folder is not None:
        whole = folder.expanduser().resolve()
        return FolderTarget(whole), sanitise(str(whole))
    if source is not None:
        return SourceTarget(source.expanduser()), f"the messages of {sanitise(str(source))}"
    if chat is None:
        return HistoryTarget(), "the history"
    found = begun(places.database, backups, chat)
    if found is None:
        raise DeskError(f"There is no conversation {chat}, nor in a backup.", hint="See `llama-desk chats list`.")
    created_at, title = found
    return ChatTarget(chat, created_at), f"“{sanitise(title)}”"


def _forget_grants(target: Target) -> None:
    match target:
        case FolderTarget(folder=path) | SourceTarget(path=path):
            forget_grants(Path(os.path.realpath(path)))


def _preview(name: str, counts: Counts, backups: int) -> None:
    held = _said(counts) or "nothing"
    click.echo(
        f"Of {name} there is in the database: {held}. {count(backups, 'backup')} will be looked through.", err=True
    )
    if counts.answers:
        click.echo(
            "The answers rest on it, or may; each will say only that. Your own words beside them stay.", err=True
        )


def _said(counts: Counts) -> str:
    kinds = {
        "file": counts.files,
        "passage": counts.passages,
        "message": counts.messages,
        "answer": counts.answers,
        "conversation": counts.conversations,
        "effect": counts.effects,
    }
    return ", ".join(count(number, kind) for kind, number in kinds.items() if number)


def _agreed(name: str, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise click.UsageError("Forgetting cannot be undone: say --yes.")
    return click.confirm(f"Forget {name} for good, in the backups too?", default=False, err=True)


def _print(name: str, forgotten: Forgotten, as_json: bool) -> None:
    if as_json:
        result = ForgetResult(
            forgotten=name,
            **asdict(forgotten.counts),
            backups_rewritten=forgotten.rewritten,
            backups_removed=forgotten.removed,
        )
        echo_json(result)
        return
    if not (forgotten.counts or forgotten.rewritten or forgotten.removed):
        click.echo(f"There was nothing of {name}, neither here nor in a backup.")
        return
    click.echo(
        f"Forgotten: {name}. Backups: {forgotten.rewritten} written anew without it, {forgotten.removed} removed."
    )
    click.echo(SSD, err=True)


def _say_what_reads_it_again(places: Locations, target: FolderTarget) -> None:
    with DeskDatabase.open(places.database) as db:
        for root in target.kept_around(db):
            click.echo(
                f"It lies in {sanitise(root)}, which is in the index and will be read again: move it out, or"
                " `llama-desk index remove` that folder.",
                err=True,
            )


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    from rich.console import Console

    with Console(stderr=True, highlight=False).status("Forgetting", spinner="line") as status:
        yield lambda where: status.update(f"Forgetting in {where}")
