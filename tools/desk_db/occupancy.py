"""Who has a desk database open, and who has it alone.

Several processes may have it open: SQLite and the lock on writing (see `connections`) let their short writes take
turns, and readers wait for nobody. So a command works beside the screen. What cannot work beside anything is what
replaces the file or rewrites all of it (restoring a backup, forgetting, changing the encryption): a process that
still had the old file open would go on writing to it, and what it acknowledged would be lost. Such work has the
database alone, and is refused, by name of the others, while anybody else has it open.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tools.desk_db.claims import Claim, Holder
from tools.desk_db.private_files import private_folder
from tools.desk_db.problems import permitted
from tools.errors import DatabaseProblem

LOCK_SECONDS = 30.0
"""How long a process waits for its turn to write."""


class InUse(DatabaseProblem):
    """Another process has what is asked for."""

    title = "The data folder is in use"


class _Command:
    name = ""


def name_this_process(command: str) -> None:
    """What others are told this process is: "llama-desk index"."""
    _Command.name = command


def writing_lock(path: Path) -> FileLock:
    """The lock of which every process has one, and which the one that writes holds."""
    return FileLock(f"{path}.lock", timeout=LOCK_SECONDS, thread_local=False, poll_interval=0.01, mode=0o600)


@contextmanager
def one_process(path: Path, lock: FileLock) -> Iterator[None]:
    """Hold the lock on writing. Raises `InUse` when another process has held it all the time that we waited."""
    try:
        with permitted(path):
            lock.acquire()
    except Timeout:
        raise InUse(
            f"Another llama-desk has been writing to {path} for {LOCK_SECONDS:.0f} seconds.",
            hint="Close it and try again.",
        ) from None
    try:
        yield
    finally:
        lock.release()


class _Here:
    """What this process has of one database: how often it is open, and whether alone."""

    def __init__(self, path: Path) -> None:
        self.claim = Claim(_user(path, os.getpid()))
        self.opened = 0
        self.alone = False


_here: dict[Path, _Here] = {}
_here_lock = threading.RLock()


def enter(path: Path) -> None:
    """Note that this process has the database open; `leave` as often. The caller holds the lock on writing.

    Raises `InUse` while another process has it alone.
    """
    with _here_lock, permitted(path):
        here = _here.setdefault(path, _Here(path))
        if not here.opened:
            if not here.alone and (holder := _alone(path).holder()) is not None:
                raise InUse(
                    f"The data folder {path.parent} is being worked on by {holder}.",
                    hint="Wait until that is done and try again.",
                )
            here.claim.take(Holder(command=_Command.name))
        here.opened += 1


def leave(path: Path) -> None:
    """Take back one `enter`. The caller holds the lock on writing."""
    with _here_lock, permitted(path):
        here = _here[path]
        here.opened -= 1
        if not here.opened:
            here.claim.drop()
            if not here.alone:
                del _here[path]


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let nobody else open the database meanwhile; this process opens and closes it inside as it likes.

    Raises `InUse`, with the name of one of them, when another process has it open.
    """
    claim, lock = _alone(path), writing_lock(path)
    with permitted(path):
        private_folder(path.parent)
    with one_process(path, lock), _here_lock, permitted(path):
        here = _here.setdefault(path, _Here(path))
        if here.opened or here.alone:
            raise RuntimeError("this process has the database open itself")
        others = users(path)
        if not others and not claim.take(Holder(command=_Command.name)):
            others = [claim.holder() or Holder(0)]
        if others:
            more = f", and {len(others) - 1} more" if len(others) > 1 else ""
            raise InUse(
                f"Another llama-desk has the data folder {path.parent} open: {others[0]}{more}.",
                hint="Close it, or wait until it is done, and try again.",
            )
        here.alone = True
    try:
        yield
    finally:
        with one_process(path, lock), _here_lock, permitted(path):
            claim.drop()
            here.alone = False
            _here.pop(path, None)


@contextmanager
def only_screen(path: Path) -> Iterator[None]:
    """Be the one screen over this database. Raises `InUse`, with who it is, when another process is."""
    claim, lock = Claim(path.with_name(f"{path.name}.screen")), writing_lock(path)
    with one_process(path, lock), permitted(path):
        if not claim.take(Holder(command=_Command.name)):
            raise InUse(
                f"The screen is open already for the data folder {path.parent}: {claim.holder() or Holder(0)}.",
                hint="Go on there, or close it with ^Q; commands work beside it.",
            )
    try:
        yield
    finally:
        with one_process(path, lock), permitted(path):
            claim.drop()


def users(path: Path) -> list[Holder]:
    """The other processes that have the database open; what those that died left is cleared away.

    The caller holds the lock on writing.
    """
    found = []
    for file in sorted(path.parent.glob(f"{_escaped(path.name)}.user-*")):
        pid = file.name.removeprefix(f"{path.name}.user-")
        if pid.isdecimal() and int(pid) != os.getpid() and (holder := Claim(file).holder()) is not None:
            found.append(holder)
    return found


def _user(path: Path, pid: int) -> Path:
    return path.with_name(f"{path.name}.user-{pid}")


def _alone(path: Path) -> Claim:
    return Claim(path.with_name(f"{path.name}.alone"))


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)
