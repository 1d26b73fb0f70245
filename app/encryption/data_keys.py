"""The keys of a data folder as this process has them: asked for when the first encrypted file is opened, and once."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from app.desk_files import PASSPHRASE_FILE
from app.encryption.at_start import held_keyring
from app.encryption.key_note import KeyNote, read_note, write_note
from app.encryption.passphrase import WrongPassphrase, read_keys
from app.encryption.system_keyring import Keyring, KeyringFailed
from app.errors import DeskError
from app.locations import Locations, locations
from tools.desk_db.keys import KEY_BYTES, Keys, new_key
from tools.sanitise import sanitise

_TRIES = 3


class DataKeys:
    """Fulfils `tools.desk_db.keys.KeySource`."""

    def __init__(
        self, keyring: Keyring | None = None, *, first: Path | None = None, ask: Callable[[str], str] | None = None
    ) -> None:
        """`first` is the database that is encrypted when it is made and a keyring works, without being asked for.

        `ask` asks the user for a passphrase; unless given, on the terminal.
        """
        self.keyring = keyring
        self.passphrase = ""
        """The one that opened the keys; "" before."""
        self._first = first
        self._ask = ask or ask_passphrase
        self._known: dict[tuple[Path, str], Keys] = {}

    def __call__(self, path: Path, is_new: bool) -> Keys:
        home = _data_folder(path)
        note = read_note(home)
        if note is None:
            return self._begin(home) if is_new and path == self._first else Keys()
        return self.read(home, note)

    def read(self, home: Path, note: KeyNote) -> Keys:
        """The keys that the note tells of. Raises DeskError when they cannot be had."""
        known = self._known.get((home, note.model_dump_json()))
        if known is None:
            known = Keys(self._read(home, note), encrypts=note.keeper != "nobody")
            self._known[home, note.model_dump_json()] = known
        return known

    def _read(self, home: Path, note: KeyNote) -> tuple[bytes, ...]:
        if note.keeper == "keyring":
            return self._from_keyring(home, note)
        if note.keeper == "passphrase":
            return self._from_file(home, note)
        return ()

    def _from_keyring(self, home: Path, note: KeyNote) -> tuple[bytes, ...]:
        if self.keyring is None:
            raise KeyringFailed("The key of the desk database is in the system's keyring, which is out of reach here.")
        found = [self.keyring.get(name) for name in note.names]
        self.keyring.rest()
        keys = tuple(key for key in found if key is not None and len(key) == KEY_BYTES)
        if not keys or found[0] is None:
            raise DeskError(
                f"The key of {Locations(home).database} is not in the system's keyring any more.",
                title="The key is gone",
                hint="Put the keyring back as it was, or log in as the user whose it is; nothing was changed.",
            )
        return keys

    def _from_file(self, home: Path, note: KeyNote) -> tuple[bytes, ...]:
        tries = 1 if self.passphrase or os.environ.get(PASSPHRASE_FILE) else _TRIES
        while True:
            tries -= 1
            passphrase = self.passphrase or self._ask("Passphrase of the desk database")
            try:
                keys = read_keys(home / note.file, passphrase, note.cost)
            except WrongPassphrase as wrong:
                if not tries:
                    raise
                sys.stderr.write(f"{wrong.message}\n")
            else:
                self.passphrase = passphrase
                return keys

    def _begin(self, home: Path) -> Keys:
        """At a first start, encrypt where that asks nothing of the user: where a keyring takes the key."""
        if self.keyring is None or not self.keyring.works():
            return Keys()
        try:
            names = [put_in_keyring(self.keyring, new_key())]
        except KeyringFailed:
            return Keys()
        note = KeyNote(keeper="keyring", names=names)
        write_note(home, note)
        return self.read(home, note)


def put_in_keyring(keyring: Keyring, key: bytes) -> str:
    """The name under which the keyring has the key from now on. Raises `KeyringFailed` when it does not keep it."""
    name = f"desk-{secrets.token_hex(8)}"
    keyring.set(name, key)
    if keyring.get(name) != key:
        raise KeyringFailed("The system's keyring does not keep what it is given.", hint="Use --passphrase.")
    return name


def ask_passphrase(question: str) -> str:
    """The passphrase: from the file that the environment names, or asked for on the terminal.

    Raises DeskError where there is neither.
    """
    named = os.environ.get(PASSPHRASE_FILE)
    if named:
        return passphrase_in(Path(named))
    if not sys.stderr.isatty():
        raise DeskError(
            "The desk database is encrypted with a passphrase, and there is no terminal to ask for it.",
            title="No passphrase",
            hint=f"Name a file with it in {PASSPHRASE_FILE}.",
        )
    return getpass.getpass(f"{question}: ")


def passphrase_in(file: Path) -> str:
    """The first line of a file. Raises DeskError when it cannot be read."""
    try:
        return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise DeskError(
            f"The file of the passphrase, {sanitise(str(file))}, cannot be read.", hint="Name one that can be."
        ) from error


def _data_folder(path: Path) -> Path:
    """The folder with the note: that of the file, or one above it, as for backups and what is made of them."""
    folders = (path.parent, *path.parent.parents)[:3]
    return next((folder for folder in folders if Locations(folder).key_note.exists()), path.parent)


@cache
def data_keys() -> DataKeys:
    """Those of this process."""
    return DataKeys(held_keyring(), first=locations().database)
