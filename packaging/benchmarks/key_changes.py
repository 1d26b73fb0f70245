"""Kills a process that changes the encryption at every step that it makes on the disk, and looks at what is left.

    .uv/bin/uv run python packaging/benchmarks/key_changes.py

A step is a file that Python opens, renames or removes in the data folder or the keyring; besides, kills come at random
moments, while SQLite writes. After each, everything that was kept must be there, in the database and in each backup,
with nothing but what a restart would have; and the same change asked for again must do all of its work. Needs fork and
SIGKILL: not for Windows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from app.encryption.changing import Custody, Encryption
from app.encryption.data_keys import DataKeys
from app.encryption.key_note import ScryptCost
from app.encryption.state import look_at_encryption
from app.errors import DeskError
from app.locations import Locations
from tools.desk_db import DeskDatabase, NewTurn, Piece
from tools.desk_db.backups import Backups, check
from tools.desk_db.keys import use_keys
from tools.errors import ToolProblem
from tools.passages import Document, Passage

PASSPHRASE = "correct horse battery"
CHEAP = ScryptCost(n=2**4, salt="00" * 16)
"""A guess of this passphrase costs nothing; what it costs elsewhere is not what is tried here."""
_STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}


class FileKeyring:
    """A keyring in a file, so that what it was given outlives a kill."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def works(self) -> bool:
        return True

    def get(self, name: str) -> bytes | None:
        found = self.all().get(name)
        return bytes.fromhex(found) if found else None

    def set(self, name: str, key: bytes) -> None:
        self._write({**self.all(), name: key.hex()})

    def delete(self, name: str) -> None:
        self._write({one: key for one, key in self.all().items() if one != name})

    def rest(self) -> None:
        """It is always there."""

    def all(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(kept))
        part.replace(self._path)


class Kept:
    """A data folder and a keyring in one folder, so that both can be copied as they were."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = Locations(folder / "home")
        self.backups = Backups(self.places.backups)
        self.keyring = FileKeyring(folder / "keyring.json")

    def unlocked(self) -> DataKeys:
        """The keys as a process that starts now has them."""
        keys = DataKeys(self.keyring, first=self.places.database, ask=lambda _: PASSPHRASE)
        use_keys(keys)
        return keys

    def change(self, name: str) -> None:
        encryption = Encryption(self.places, self.unlocked())
        CHANGES[name](encryption)

    def copied(self, folder: Path) -> Kept:
        shutil.copytree(self.folder, folder)
        return Kept(folder)


CHANGES: dict[str, Callable[[Encryption], object]] = {
    "encrypt": lambda encryption: encryption.encrypt(Custody(), str),
    "rotate": lambda encryption: encryption.rotate(str),
    "passphrase": lambda encryption: encryption.encrypt(Custody("passphrase", PASSPHRASE, CHEAP), str),
    "rotate under a passphrase": lambda encryption: encryption.rotate(str),
    "decrypt": lambda encryption: encryption.decrypt(str),
}
_BEFORE = {
    "encrypt": (),
    "rotate": ("encrypt",),
    "passphrase": ("encrypt",),
    "rotate under a passphrase": ("passphrase",),
    "decrypt": ("encrypt",),
}


def prepared(folder: Path, change: str) -> Kept:
    """What there is before a change: a database and two backups of it."""
    kept = Kept(folder)
    kept.unlocked()
    kept.places.make()
    kept.places.key_note.write_text('{"keeper": "nobody"}')
    with DeskDatabase.open(kept.places.database) as db:
        _fill(db)
        for _ in range(2):
            kept.backups.make(db, "asked", datetime(2026, 11, 21, tzinfo=UTC))
    for earlier in _BEFORE[change]:
        kept.change(earlier)
    return kept


def _fill(db: DeskDatabase) -> None:
    for number in range(30):
        text = f"passage {number} says enough about the deposit. " * 20
        db.documents.save(Document(f"hash{number}", "txt", "", (Passage(0, "line 1", 0, len(text), text),), ""))
        db.pieces.put(Piece(f"key{number}", "part", "hash", "model", "1", text, 1, 1, 1.0))
        db.facts.add(f"fact {number}", float(number))
    conversation = db.conversations.start(title="talk").id
    db.conversations.append(conversation, NewTurn("user", "What of the deposit?"), None)


def contents(db: DeskDatabase) -> list[object]:
    """What was kept, and that it is found."""
    tables = ("facts", "documents", "passages", "pieces", "conversations", "conversation_turns")
    rows: list[object] = [db.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
    return [*rows, db.rows("SELECT count(*) FROM passages_fts WHERE passages_fts MATCH 'deposit'")]


def kill_at(kept: Kept, change: str, step: int = 0, seconds: float = 0.0) -> int:
    """Change the encryption in a process that is killed at its step of this number, or after so many seconds.

    Gives the number of steps that it made when it came to its end, or 0 when it was killed.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            counted = _count_steps(kept.folder, step)
            kept.change(change)
            os.write(writing, str(counted[0]).encode())
            os._exit(0)
        except (AssertionError, DeskError, OSError, ToolProblem) as error:
            os.write(2, f"{change}, step {step}: {error!r}\n".encode())
        finally:
            os._exit(1)
    os.close(writing)
    if seconds:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(reading, "rb") as said:
        steps = said.read()
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError(f"{change} failed at step {step}")
    return int(steps or 0)


def _count_steps(folder: Path, last: int) -> list[int]:
    """Count this process's steps from now on, and die before the one of the number `last`."""
    counted, inside = [0], str(folder)

    def count(event: str, arguments: tuple[object, ...]) -> None:
        if event in _STEPS and arguments and str(arguments[0]).startswith(inside):
            counted[0] += 1
            if counted[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    return counted


def verify(kept: Kept, expected: list[object]) -> None:
    """Raises AssertionError when something that was kept is not there, or a file cannot be read."""
    kept.unlocked()
    with DeskDatabase.open(kept.places.database) as db:
        assert contents(db) == expected, "the database has not what it had"
        assert db.rows("PRAGMA integrity_check") == [("ok",)]
        db.write("INSERT INTO passages_fts (passages_fts, rank) VALUES ('integrity-check', 1)")
    found = kept.backups.all()
    assert len(found) == 2, "a backup is gone"
    for backup in found:
        check(backup.path)


def verify_done(kept: Kept, change: str) -> None:
    """Raises AssertionError when the change is not done in every file, or left something behind."""
    state = look_at_encryption(kept.places)
    assert not state.unfinished
    assert state.encrypted == (change != "decrypt")
    assert len(state.plain) == (3 if change == "decrypt" else 0)
    assert len(list(kept.places.home.glob("desk.key-*"))) == ("passphrase" in change)
    assert not list(kept.places.backups.glob(".work-*"))


def run_kills(folder: Path, change: str, *, every: int = 1, random_kills: int = 0, seed: int = 1) -> int:
    """Kill a change at each step (or `every` so many), and at random moments; gives how many kills there were."""
    before = prepared(folder / "before", change)
    with DeskDatabase.open(before.places.database) as db:
        expected = contents(db)
    rng, number, kills = random.Random(seed), 0, 0
    begun = time.monotonic()
    whole = before.copied(folder / "whole")
    steps = kill_at(whole, change)
    lasts = time.monotonic() - begun
    verify_done(whole, change)
    moments: Iterable[tuple[int, float]] = [
        *((step, 0.0) for step in range(1 + rng.randrange(every), steps + 1, every)),
        *((0, rng.uniform(0.01, lasts)) for _ in range(random_kills)),
    ]
    for number, (step, seconds) in enumerate(moments):
        kept = before.copied(folder / str(number))
        kills += not kill_at(kept, change, step, seconds)
        verify(kept, expected)
        _again(kept, change)
        verify(kept, expected)
        verify_done(kept, change)
        shutil.rmtree(kept.folder)
    shutil.rmtree(whole.folder)
    return kills


def _again(kept: Kept, change: str) -> None:
    """Ask for the same once more, as the report says; an encryption that is being rotated can only be rotated on."""
    try:
        kept.change(change)
    except (DeskError, ToolProblem) as problem:
        raise AssertionError(f"{change} does not go on: {problem.sentence()}") from problem


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=40, help="kills at random moments, besides those at each step")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for change in CHANGES:
        with tempfile.TemporaryDirectory() as scratch:
            kills = run_kills(Path(scratch), change, random_kills=options.random, seed=options.seed)
        print(f"{change}: {kills} kills, nothing lost, each went on", flush=True)


if __name__ == "__main__":
    main()
