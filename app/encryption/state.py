"""Whether what is kept is encrypted, and where its key is, as `privacy` and `doctor` say it."""

from __future__ import annotations

from pydantic import BaseModel

from app.encryption.key_note import Keeper, read_note
from app.locations import Locations
from tools.desk_db import sqlite
from tools.desk_db.backups import Backups
from tools.desk_db.connecting import is_encrypted
from tools.desk_db.encrypting import plain_files
from tools.sanitise import sanitise

_KEPT: dict[Keeper, str] = {
    "keyring": "the key is in the system's keyring",
    "passphrase": "the key is in a file that your passphrase opens",
    "nobody": "there is no key",
}
_HOW = "`llama-desk privacy encrypt` encrypts it, with --passphrase where there is no keyring"


class EncryptionState(BaseModel):
    """`keeper` of the key: keyring, passphrase, or nobody as the user chose; None where nothing was chosen.

    `plain` are the files that can be read without a key. `unfinished` is a change that was begun and cut short.
    """

    encrypted: bool
    keeper: Keeper | None
    plain: list[str]
    unfinished: bool
    sqlite: str


def look_at_encryption(places: Locations) -> EncryptionState:
    """Look at the files themselves; no key is needed. Raises DeskError when the note of the key is damaged."""
    note = read_note(places.home)
    plain = plain_files(places.database, Backups(places.backups))
    wanted = note is not None and note.keeper != "nobody"
    return EncryptionState(
        encrypted=is_encrypted(places.database),
        keeper=note.keeper if note else None,
        plain=[sanitise(str(file)) for file in plain],
        unfinished=note is not None and (note.changing or (wanted and bool(plain))),
        sqlite=".".join(map(str, sqlite.VERSION)),
    )


def encryption_in_words(state: EncryptionState) -> str:
    """One or two sentences."""
    unfinished = ""
    if state.unfinished:
        how = "encrypt` or `llama-desk privacy decrypt" if state.plain else "rotate"
        unfinished = f" A change of this was begun and not finished: `llama-desk privacy {how}` goes on."
    version = f"SQLite {state.sqlite}"
    if state.encrypted and state.keeper:
        rest = f"; {len(state.plain)} backups are not" if state.plain else ", its backups too"
        return f"the database is encrypted (SQLCipher, {version}){rest}; {_KEPT[state.keeper]}.{unfinished}"
    chosen = ", as you chose" if state.keeper == "nobody" else ""
    return f"none{chosen}: who gets at the disk can read what is kept ({version}); {_HOW}.{unfinished}"
