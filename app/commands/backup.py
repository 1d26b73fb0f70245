"""`llama-desk backup`, `backup list` and `backup restore`"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from pydantic import BaseModel

from app.clock import now, user_zone
from app.commands.output import echo_json
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.settings import load_settings
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import Backup, Backups, check
from tools.desk_db.restoring import restore as put_back
from tools.sanitise import sanitise

json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
_WHY = {"daily": "of the day", "asked": "asked for", "replaced": "of what a restored one replaced"}


class BackupResult(BaseModel):
    """`made` is a time of the user's zone, `kind` daily, asked or replaced, `bytes` the size."""

    number: int
    name: str
    path: str
    made: str
    kind: str
    bytes: int


class BackupList(BaseModel):
    """What `backup --json` and `backup list --json` print, newest first; `made` is the one that was made just now."""

    made: str | None
    backups: list[BackupResult]


class RestoreResult(BaseModel):
    """`kept` is the backup, or the folder, with what was there before."""

    restored: str
    kept: str | None


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def backup(context: click.Context, as_json: bool) -> int:
    """Back the desk database up now, and list the backups.

    One is made each day by itself. The seven latest of those are kept, and the seven latest of the others. A backup is
    one SQLite file in the data folder; copy it elsewhere to have it there.
    """
    if context.invoked_subcommand is not None:
        return Exit.DONE
    places, moment = locations(), current_time(locations())
    backups = Backups(places.backups)
    with DeskDatabase.open(places.make().database) as db:
        made = backups.make(db, "asked", moment)
    if not as_json:
        click.echo(f"Made and checked: {sanitise(str(made.path))}", err=True)
    return _print(backups, moment, made.name, as_json=as_json)


@backup.command("list")
@json_option
def list_(as_json: bool) -> int:
    """List the backups, newest first, with the numbers by which they are restored."""
    places = locations()
    return _print(Backups(places.backups), current_time(places), None, as_json=as_json)


@backup.command()
@click.argument("which", default="1", metavar="[WHICH]")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")
@json_option
def restore(which: str, yes: bool, as_json: bool) -> int:
    """Put the backup WHICH, a number or a name in the list, in the place of the database; the newest unless named.

    It is checked first, and what is there now is kept as one more backup. Refused while the screen or another command
    has the database open.
    """
    places = locations()
    moment, backups = current_time(places), Backups(places.backups)
    chosen = backups.find(which) if which != "1" or backups.all() else None
    if chosen is None:
        raise DeskError("There is no backup yet.", title="Nothing to restore", hint="`llama-desk backup` makes one.")
    check(chosen.path)
    if not yes and not _agreed(chosen, moment, as_json):
        click.echo("Nothing was changed.", err=True)
        return Exit.FAILED
    kept = put_back(places.make().database, chosen, backups, moment)
    held = kept.path if isinstance(kept, Backup) else kept
    if as_json:
        echo_json(RestoreResult(restored=chosen.name, kept=_shown(held)))
    else:
        click.echo(f"Restored: {chosen.name}, made {_minute(chosen, moment)}.")
        if held is not None:
            click.echo(f"What was there before is kept: {_shown(held)}")
    return Exit.DONE


def _agreed(chosen: Backup, moment: datetime, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise click.UsageError("Restoring replaces what is there now: say --yes.")
    question = f"Replace what is there now by the backup of {_minute(chosen, moment)}? It is kept as a backup itself."
    return click.confirm(question, default=False, err=True)


def _print(backups: Backups, moment: datetime, made: str | None, *, as_json: bool) -> int:
    found = backups.all()
    if as_json:
        results = [_result(number, each, moment) for number, each in enumerate(found, 1)]
        echo_json(BackupList(made=made, backups=results))
        return Exit.DONE
    for number, each in enumerate(found, 1):
        size = f"{each.size / 1e6:,.1f} MB"
        click.echo(f"{number:>3}  {_minute(each, moment)}  {size:>12}  {_WHY[each.kind]:<34} {each.name}")
    if not found:
        click.echo("There are no backups yet; `llama-desk backup` makes one.", err=True)
    return Exit.DONE


def _result(number: int, each: Backup, moment: datetime) -> BackupResult:
    made = each.made_at.astimezone(moment.tzinfo).isoformat()
    return BackupResult(number=number, name=each.name, path=str(each.path), made=made, kind=each.kind, bytes=each.size)


def _minute(each: Backup, moment: datetime) -> str:
    return f"{each.made_at.astimezone(moment.tzinfo):%Y-%m-%d %H:%M}"


def _shown(path: Path | None) -> str | None:
    return None if path is None else sanitise(str(path))


def current_time(places: Locations) -> datetime:
    """The moment, in the user's zone. Raises DeskError when the settings or the clock cannot be used."""
    return now(user_zone(load_settings(places.settings)))
