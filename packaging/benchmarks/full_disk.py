"""Lets the disk run full at many moments of each thing that writes, and looks at what is said and what is left.

    unshare --mount .uv/bin/uv run python packaging/benchmarks/full_disk.py

The data folder is on a small file system in memory, of which a file takes all but so many kilobytes; then a command
runs as a user would run it. It must succeed, or fail with a sentence; nothing that was kept before may be missing; and
once the file is removed the same command must do all of its work. For Linux, in a mount namespace of its own: `unshare
--map-root-user --mount` where the user may not mount.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.commands.cli import run
from app.encryption.data_keys import PASSPHRASE_FILE
from app.encryption.state import look_at_encryption
from app.locations import locations
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import Backups, check
from tools.desk_db.problems import DiskFull

DISK_BYTES = 24 * 2**20
FREE_KILOBYTES = (0, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
FACT = "kept before the disk was full"


@dataclass(frozen=True)
class Step:
    """What a user runs, and how one sees that it is done."""

    arguments: tuple[str, ...]
    is_done: Callable[[DeskDatabase], bool]
    before: tuple[tuple[str, ...], ...] = ()
    """What is run while there is room."""


class Failed(Exception):
    """Something was lost, or said in no sentence."""


def steps(sources: Path) -> dict[str, Step]:
    """The steps by name; `sources` is a folder for what they read, on a disk with room."""
    mails = "".join(_mail(number) for number in range(300))
    (sources / "box.mbox").write_text(mails)
    passphrase = sources / "passphrase"
    passphrase.write_text("correct horse battery")
    os.environ[PASSPHRASE_FILE] = str(passphrase)
    encrypt = ("privacy", "encrypt", "--passphrase-file", str(passphrase), "--yes")
    papers = sources / "papers"
    papers.mkdir()
    for number in range(20):
        (papers / f"{number}.txt").write_text(f"Paper {number} says: " + f"the rent is {number} euros. " * 400)
    return {
        "import": Step(("inbox", "import", str(sources / "box.mbox")), lambda db: _count(db, "inbox_messages") == 300),
        "summary": Step(("summarise", str(papers), "--no-model"), lambda db: _count(db, "documents") == 20),
        "backup": Step(("backup",), lambda db: bool(Backups(db.path.parent / "backups").all())),
        "restore": Step(("backup", "restore", "--yes"), lambda db: _count(db, "facts") == 1, (("backup",),)),
        "forget": Step(
            ("forget", str(papers), "--yes"), lambda db: _count(db, "passages") == 0, (("index", "add", str(papers)),)
        ),
        "encrypt": Step(encrypt, lambda db: _encrypted(db) == (True, 0), (("backup",),)),
        "rotate": Step(("privacy", "rotate", "--yes"), lambda db: _encrypted(db) == (True, 0), (("backup",), encrypt)),
        "decrypt": Step(("privacy", "decrypt", "--yes"), lambda db: not _encrypted(db)[0], (("backup",), encrypt)),
    }


def try_step(home: Path, name: str, step: Step, free_kilobytes: int) -> str:
    """What was said on the full disk; empty when there was room for all of it. Raises `Failed`."""
    _prepare(home, step.before)
    with _full(home.parent, free_kilobytes):
        code, said = _run(step.arguments)
        if code not in {0, 3} and ("full" not in said and "No space left" not in said):
            raise Failed(f"{name} with {free_kilobytes} kB: {code}, {said}")
        if "Traceback" in said:
            raise Failed(f"{name} with {free_kilobytes} kB: {said}")
    _check(home, f"{name} with {free_kilobytes} kB")
    again, what = _run(step.arguments)
    with DeskDatabase.open(home / "desk.sqlite") as db:
        if again or not step.is_done(db):
            raise Failed(f"{name} after {free_kilobytes} kB does not go on: {again}, {what}")
    _check(home, f"{name} again after {free_kilobytes} kB")
    return said if code else ""


def try_open_database(home: Path) -> None:
    """A database that stays open, as the screen's does, goes on when there is room again. Raises `Failed`."""
    _prepare(home)
    with DeskDatabase.open(home / "desk.sqlite") as db:
        acknowledged = 0
        with _full(home.parent, 256), contextlib.suppress(DiskFull):
            while True:
                db.facts.add("x" * 20_000, float(acknowledged))
                acknowledged += 1
        db.facts.add("after", -1.0)
        if _count(db, "facts") != acknowledged + 2:
            raise Failed(f"{acknowledged} facts were acknowledged, {_count(db, 'facts') - 2} are there")
    _check(home, "a database that stayed open")


def mount_small_disk(folder: Path) -> None:
    """Raises OSError or CalledProcessError where that is not allowed."""
    options = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(folder)]
    subprocess.run(options, check=True, capture_output=True, text=True)


def _prepare(home: Path, before: Sequence[tuple[str, ...]] = ()) -> None:
    shutil.rmtree(home, ignore_errors=True)
    with DeskDatabase.open(locations().make().database) as db:
        db.facts.add(FACT, 1.0)
    for arguments in before:
        code, said = _run(arguments)
        if code:
            raise Failed(f"{arguments} with room enough: {said}")


def _check(home: Path, when: str) -> None:
    with DeskDatabase.open(home / "desk.sqlite") as db:
        if FACT not in {fact.text for fact in db.facts.all()}:
            raise Failed(f"{when}: what was kept before is gone")
        if db.rows("PRAGMA integrity_check") != [("ok",)]:
            raise Failed(f"{when}: the database is damaged")
    for backup in Backups(home / "backups").all():
        check(backup.path)
    left = [file.name for file in (home / "backups").glob(".work-*")] if (home / "backups").exists() else []
    if left:
        raise Failed(f"{when}: {left} were left behind")


@contextlib.contextmanager
def _full(disk: Path, free_kilobytes: int) -> Iterator[None]:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        left = os.statvfs(disk)
        with contextlib.suppress(OSError):
            file.write(bytes(left.f_bavail * left.f_bsize - free_kilobytes * 1024))
    try:
        yield
    finally:
        filler.unlink()


def _run(arguments: Sequence[str]) -> tuple[int, str]:
    """A command's exit code, and what it said on standard error."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        code = run(arguments)
    return int(code), said.getvalue().strip()


def _count(db: DeskDatabase, table: str) -> int:
    return int(db.rows(f"SELECT count(*) FROM {table}")[0][0])


def _encrypted(db: DeskDatabase) -> tuple[bool, int]:
    """Whether the database is, and how many files can be read without a key. Raises `Failed` for a change cut short."""
    state = look_at_encryption(locations())
    if state.unfinished:
        raise Failed(f"{db.path}: a change of the encryption is not finished")
    return state.encrypted, len(state.plain)


def _mail(number: int) -> str:
    head = f"From a@example.org Sat Nov 21 10:00:00 2026\nFrom: Ana <a@example.org>\nMessage-ID: <{number}@x>\n"
    words = f"Message {number} says that the keys are with the neighbours. " * 30
    return f"{head}Subject: Keys {number}\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\n{words}\n\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--free", type=int, nargs="*", default=FREE_KILOBYTES, help="kilobytes that are left")
    parser.add_argument("--steps", nargs="*", help="steps by name; all unless said")
    parser.add_argument("--verbose", action="store_true", help="print the sentences")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as disk, tempfile.TemporaryDirectory() as sources:
        mount_small_disk(Path(disk))
        home = Path(disk) / "home"
        os.environ["LLAMA_DESK_HOME"] = str(home)
        try:
            for name, step in steps(Path(sources)).items():
                if options.steps and name not in options.steps:
                    continue
                said = [try_step(home, name, step, free) for free in options.free]
                print(f"{name}: {len(said)} tries, {sum(map(bool, said))} ended with a sentence", flush=True)
                if options.verbose:
                    print("\n".join(f"    {sentence}" for sentence in dict.fromkeys(said) if sentence), flush=True)
            try_open_database(home)
            print("a database that stays open: nothing lost, goes on")
        except Failed as failure:
            print(failure, file=sys.stderr)
            raise SystemExit(1) from None
        finally:
            subprocess.run(["umount", disk], check=False)


if __name__ == "__main__":
    main()
