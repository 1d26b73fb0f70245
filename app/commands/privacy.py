"""`llama-desk privacy`: what is enforced and by what, and the encryption of what is kept."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pydantic import BaseModel

from app.commands.grant_names import forget_grants
from app.commands.output import echo_json
from app.database_thread import DatabaseThread
from app.encryption.changing import Custody, Encryption
from app.encryption.data_keys import data_keys, passphrase_in
from app.encryption.key_note import Keeper
from app.encryption.passphrase import usable
from app.encryption.state import EncryptionState, encryption_in_words, look_at_encryption
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.privacy import granted, look, told_in_words
from app.wording import count
from tools.desk_db.encrypting import Changed
from tools.sanitise import sanitise

json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")


class EncryptionResult(BaseModel):
    """What `privacy encrypt --json` and its kin print: what holds now, and what became of the backups."""

    encryption: EncryptionState
    backups_rewritten: int
    backups_removed: int
    backups_left: int


@click.group(invoke_without_command=True)
@click.option("--test", "try_to_escape", is_flag=True, help="Try every way out, in sealed processes thrown away after.")
@json_option
@click.pass_context
def privacy(context: click.Context, *, try_to_escape: bool, as_json: bool) -> int:
    """What each process may reach, what holds it to that, and what has been tried.

    Exit code 1 when a way out was found to be open.
    """
    if context.invoked_subcommand is not None:
        return Exit.DONE
    places = locations().make()
    database = DatabaseThread(places.database)
    try:
        grants = database.run_now(granted)
    finally:
        database.close_now()
    found = look(places, grants, try_to_escape=try_to_escape)
    if as_json:
        echo_json(found)
    else:
        click.echo(sanitise("\n".join(told_in_words(found))))
    return Exit.FAILED if any(one.open for one in found.escapes) else Exit.DONE


@privacy.command()
@click.option("--keyring", is_flag=True, help="Have the key kept by the system's keyring.")
@click.option("--passphrase", is_flag=True, help="Have it kept in a file that a passphrase opens, which is asked for.")
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="Its first line is that one.",
)
@yes_option
@json_option
def encrypt(keyring: bool, passphrase: bool, passphrase_file: Path | None, yes: bool, as_json: bool) -> int:
    """Encrypt the database and its backups.

    The key is random. The system's keyring keeps it, or a file in the data folder that a passphrase opens; said of a
    database that is encrypted already, they take over its key, and --passphrase takes a new passphrase. Refused while
    the screen or another command has the database open.
    """
    if keyring and (passphrase or passphrase_file):
        raise click.UsageError("The key is kept by one: --keyring or --passphrase.")
    places = locations().make()
    state = look_at_encryption(places)
    keeper = _keeper(state, keyring=keyring, passphrase=passphrase or passphrase_file is not None)
    _preview(state, places, keeper)
    if not yes and not _agreed("Encrypt them?", as_json):
        return _unchanged()
    data_keys()(places.database, False)  # a passphrase that there is comes before a new one
    custody = Custody(keeper, _new_passphrase(passphrase_file) if keeper == "passphrase" else "")
    with _progress("Encrypting") as progress:
        changed = Encryption(places, data_keys()).encrypt(custody, progress)
    forget_grants(Path("/"))
    return _print(places, changed, as_json)


@privacy.command()
@yes_option
@json_option
def rotate(yes: bool, as_json: bool) -> int:
    """Change the key: the database and its backups are written anew under another one."""
    places = locations().make()
    click.echo("The database and every backup will be written anew under another key.", err=True)
    if not yes and not _agreed("Change the key?", as_json):
        return _unchanged()
    with _progress("Changing the key") as progress:
        changed = Encryption(places, data_keys()).rotate(progress)
    return _print(places, changed, as_json)


@privacy.command()
@yes_option
@json_option
def decrypt(yes: bool, as_json: bool) -> int:
    """Make the database and its backups plain files again, and throw the key away."""
    places = locations().make()
    click.echo("Who gets at the disk will be able to read the database and every backup.", err=True)
    if not yes and not _agreed("Make them plain?", as_json):
        return _unchanged()
    with _progress("Decrypting") as progress:
        changed = Encryption(places, data_keys()).decrypt(progress)
    return _print(places, changed, as_json)


def _keeper(state: EncryptionState, *, keyring: bool, passphrase: bool) -> Keeper:
    """Who is asked for; else whoever keeps the key already; else the keyring."""
    if passphrase or keyring:
        return "passphrase" if passphrase else "keyring"
    if state.keeper == "passphrase":
        raise DeskError(
            "A passphrase keeps the key already.",
            hint="Say --passphrase to go on with it or to take another, --keyring to have the keyring keep the key.",
        )
    return "keyring"


def _preview(state: EncryptionState, places: Locations, keeper: Keeper) -> None:
    if state.plain:
        backups = sum(Path(file) != places.database for file in state.plain)
        click.echo(
            f"The database and {count(backups, 'plain backup')} will be written anew, encrypted, and the plain files"
            " removed; a plain backup that cannot be read any more is removed too.",
            err=True,
        )
    if keeper == "keyring":
        said = "The key will be in this system's keyring alone: a backup copied elsewhere cannot be read without it."
    else:
        said = "Nobody can open what is kept if you forget the passphrase. Copy key.json and desk.key-* with a backup."
    click.echo(said, err=True)


def _new_passphrase(file: Path | None) -> str:
    if file is not None:
        return usable(passphrase_in(file))
    if not sys.stderr.isatty():
        raise click.UsageError("There is no terminal to ask for the passphrase: name a file with --passphrase-file.")
    passphrase = usable(getpass.getpass("New passphrase: "))
    if getpass.getpass("The same once more: ") != passphrase:
        raise DeskError("The two passphrases differ.", hint="Nothing was changed; try again.")
    return passphrase


def _agreed(question: str, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise click.UsageError("This writes every file anew: say --yes.")
    return click.confirm(question, default=False, err=True)


def _unchanged() -> int:
    click.echo("Nothing was changed.", err=True)
    return Exit.FAILED


def _print(places: Locations, changed: Changed, as_json: bool) -> int:
    state = look_at_encryption(places)
    if as_json:
        result = EncryptionResult(
            encryption=state,
            backups_rewritten=changed.rewritten,
            backups_removed=changed.removed,
            backups_left=changed.left,
        )
        echo_json(result)
        return Exit.DONE
    click.echo(f"Encryption: {encryption_in_words(state)}")
    click.echo(
        f"Backups: {changed.rewritten} written anew, {changed.removed} removed"
        + (f", {changed.left} left that cannot be read." if changed.left else "."),
        err=True,
    )
    return Exit.DONE


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[str], None]]:
    from rich.console import Console

    with Console(stderr=True, highlight=False).status(doing, spinner="line") as status:
        yield lambda where: status.update(f"{doing}: {where}")
