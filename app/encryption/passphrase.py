"""Keys in a file that a passphrase opens.

The file is a small SQLCipher database whose own key is the passphrase through scrypt: SQLCipher encrypts it and
authenticates every page, so a wrong passphrase and a damaged file are refused by what guards the database itself, and
no cipher of ours is needed.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from app.encryption.key_note import ScryptCost
from app.errors import DeskError
from tools.desk_db import sqlite
from tools.desk_db.connecting import connect
from tools.desk_db.keys import KEY_BYTES
from tools.desk_db.private_files import new_file, put_in_place
from tools.desk_db.problems import code_of, permitted, translated

FILE = "desk.key-"
"""How the names of such files begin."""
SHORTEST = 8
"""Characters of a passphrase."""
_MORE = 2**20
"""Bytes that scrypt needs besides those of its cost."""
WHAT = "file of the key"


class WrongPassphrase(DeskError):
    """The passphrase does not open the file, or the file is damaged."""


def usable(passphrase: str) -> str:
    """The passphrase if it may guard a new key. Raises DeskError for one that is too short."""
    if len(passphrase) < SHORTEST:
        raise DeskError(
            f"That passphrase is too short: it needs {SHORTEST} characters.",
            hint="Several words that do not belong together are good.",
        )
    return passphrase


def new_cost() -> ScryptCost:
    return ScryptCost(salt=secrets.token_hex(16))


def new_name() -> str:
    return f"{FILE}{secrets.token_hex(4)}"


def write_keys(path: Path, keys: Sequence[bytes], passphrase: str, cost: ScryptCost) -> None:
    """Make the file, with the newest key first; on the disk when this returns. Raises `DatabaseProblem`."""
    part = path.with_name(f".{path.name}.part")
    with permitted(path, WHAT):
        part.unlink(missing_ok=True)
        new_file(part)
        with translated(path, WHAT), closing(connect(part, _opening(passphrase, cost))) as file:
            file.execute("PRAGMA journal_mode = OFF").fetchall()
            file.execute("CREATE TABLE keys (number INTEGER PRIMARY KEY, key BLOB NOT NULL)")
            file.executemany("INSERT INTO keys VALUES (?, ?)", list(enumerate(keys)))
        put_in_place(part, path)


def read_keys(path: Path, passphrase: str, cost: ScryptCost) -> tuple[bytes, ...]:
    """The keys in the file, the newest first. Raises `WrongPassphrase`; DeskError when the file is gone."""
    if not path.exists():
        raise DeskError(f"{path}, which holds the key of the desk database, is gone.", hint="Put back a copy of it.")
    with closing(connect(path, _opening(passphrase, cost))) as file, translated(path, WHAT):
        try:
            found = file.execute("SELECT key FROM keys ORDER BY number").fetchall()
        except sqlite.Error as error:
            if code_of(error) not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise
            raise WrongPassphrase(
                "That passphrase is not the one.", title="Not opened", hint="Nothing was changed; try again."
            ) from error
    return tuple(bytes(key) for (key,) in found)


def _opening(passphrase: str, cost: ScryptCost) -> bytes:
    """The key of the file. The same letters are the same passphrase however a keyboard composes them."""
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    memory = cost.memory + _MORE
    return hashlib.scrypt(
        text, salt=bytes.fromhex(cost.salt), n=cost.n, r=cost.r, p=cost.p, maxmem=memory, dklen=KEY_BYTES
    )
