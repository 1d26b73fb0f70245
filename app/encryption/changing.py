"""Encrypting what is kept, changing its key or who keeps that, and making it plain again.

The note names every key that some file may still have, from before the first file is written anew until after the last
one is; so a kill at any moment leaves files that can be read, and the same command goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from app.encryption.data_keys import DataKeys, put_in_keyring
from app.encryption.key_note import Keeper, KeyNote, ScryptCost, read_note, write_note
from app.encryption.passphrase import FILE, new_cost, new_name, write_keys
from app.encryption.system_keyring import KeyringFailed
from app.errors import DeskError
from app.locations import Locations
from tools.desk_db import sqlite
from tools.desk_db.backups import Backups
from tools.desk_db.encrypting import Changed, change_key, plain_files
from tools.desk_db.keys import Keys, new_key
from tools.desk_db.occupancy import alone

type Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Custody:
    """Who is to keep the key; `passphrase` and what a guess of it costs are for a file that a passphrase opens."""

    keeper: Keeper = "keyring"
    passphrase: str = field(default="", repr=False)
    cost: ScryptCost | None = None


class Encryption:
    """Changes the encryption of one data folder; nobody else may have the database open meanwhile.

    All raise DeskError or `ToolProblem`: `InUse` while another process has the database open, `DiskFull`, the keyring
    or the passphrase refused. What was there before can be read then as it could be.
    """

    def __init__(self, places: Locations, keys: DataKeys) -> None:
        self._home = places.home
        self._database = places.database
        self._backups = Backups(places.backups)
        self._keys = keys

    def encrypt(self, custody: Custody, progress: Progress) -> Changed:
        """Encrypt the database and all backups. What is encrypted already keeps its key, and has it kept anew."""
        _expect_sqlcipher()
        with alone(self._database):
            note = read_note(self._home)
            if note is not None and note.changing:
                raise DeskError("A change of the key is not finished.", hint="`llama-desk privacy rotate` finishes it.")
            kept = self._keep(self._known(note).known or (new_key(),), custody, note)
            return change_key(self._database, self._backups, self._known(kept).wanted, progress)

    def rotate(self, progress: Progress) -> Changed:
        """Let a new key take the place of the present one in every file. One that was begun is finished."""
        _expect_sqlcipher()
        with alone(self._database):
            note = read_note(self._home)
            if note is None or note.keeper == "nobody" or plain_files(self._database, self._backups):
                raise DeskError(
                    "What is kept is not encrypted, or not all of it, so there is no key to be changed.",
                    hint="`llama-desk privacy encrypt` encrypts it.",
                )
            keys = self._known(note).known
            custody = Custody(note.keeper, self._keys.passphrase, note.scrypt)
            if not note.changing:
                keys = (new_key(), *keys)
                note = self._keep(keys, custody, note)
            changed = change_key(self._database, self._backups, keys[0], progress)
            self._keep(keys[:1], custody, note)
            return changed

    def decrypt(self, progress: Progress) -> Changed:
        """Make the database and all backups plain; a first start encrypts nothing by itself from then on."""
        with alone(self._database):
            note = read_note(self._home)
            self._known(note)
            changed = change_key(self._database, self._backups, None, progress)
            self._write(KeyNote(keeper="nobody"), note)
            return changed

    def _known(self, note: KeyNote | None) -> Keys:
        return Keys() if note is None else self._keys.read(self._home, note)

    def _keep(self, keys: Sequence[bytes], custody: Custody, present: KeyNote | None) -> KeyNote:
        """Have these keys kept, the newest first, and only then let go of what was kept before."""
        changing = len(keys) > 1
        if custody.keeper == "passphrase":
            cost = (custody.cost or new_cost()).salted()
            file = new_name()
            write_keys(self._home / file, keys, custody.passphrase, cost)
            note = KeyNote(keeper="passphrase", changing=changing, file=file, scrypt=cost)
            self._keys.passphrase = custody.passphrase
        else:
            note = KeyNote(keeper="keyring", changing=changing, names=self._put_in_keyring(keys, present))
        self._write(note, present)
        return note

    def _put_in_keyring(self, keys: Sequence[bytes], present: KeyNote | None) -> list[str]:
        keyring = self._keys.keyring
        if keyring is None or not keyring.works():
            raise KeyringFailed(
                "There is no keyring of the system that could keep the key.",
                title="No keyring",
                hint="`llama-desk privacy encrypt --passphrase` needs none.",
            )
        there = {keyring.get(name): name for name in (present.names if present else [])}
        return [there.get(key) or put_in_keyring(keyring, key) for key in keys]

    def _write(self, note: KeyNote, present: KeyNote | None) -> None:
        """Write the note; then remove the keys that it does not name any more."""
        write_note(self._home, note)
        for name in set(present.names if present else ()) - set(note.names):
            with suppress(KeyringFailed):  # a key that opens nothing any more
                if self._keys.keyring is not None:
                    self._keys.keyring.delete(name)
        for file in self._home.glob(f"{FILE}*"):
            if file.name != note.file:
                file.unlink(missing_ok=True)


def _expect_sqlcipher() -> None:
    if not sqlite.CAN_ENCRYPT:
        raise DeskError(
            "SQLCipher is not installed here, so nothing can be encrypted.",
            hint="Install llama-desk again, on a system for which there is a package of sqlcipher3.",
        )
