"""Kills processes that write to a desk database at random moments, and counts what was acknowledged and is not there.

    .uv/bin/uv run python packaging/benchmarks/durability.py --kills 1000

One or two processes at a time write what a desk writes: pieces, documents, turns of conversations, effects and their
undoing, removals, backups. Each says on a pipe what is done once the call has returned. After the kills everything that
was said is looked for, the database and the backups are checked, and the next processes go on with the same files.
Needs fork and SIGKILL: not for Windows. A kill is not a loss of power; what the disk itself forgets is not seen here.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tools.desk_db import DeskDatabase, NewTurn, Piece
from tools.desk_db.backups import Backups, check
from tools.errors import ToolProblem
from tools.passages import Document, Passage

CYCLES_ON_ONE_DATABASE = 40
LONGEST_SECONDS = 0.1
"""Between the first write of a process and its kill."""


@dataclass
class Tally:
    """`lost` are acknowledged writes that are not there, `corrupt` files that a check refuses, each with the reason."""

    kills: int = 0
    acknowledged: int = 0
    backups: int = 0
    lost: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)


class Writer:
    """One process that writes until it is killed, and acknowledges on `pipe` a line for each write."""

    def __init__(self, db: DeskDatabase, backups: Backups, name: str, rng: random.Random, pipe: int) -> None:
        self._db = db
        self._backups = backups
        self._name = name
        self._rng = rng
        self._pipe = pipe
        self._number = 0
        self._conversation = 0
        self._last: int | None = None

    def run(self) -> None:
        kinds: list[tuple[Callable[[str], str], int]] = [
            (self._piece, 40), (self._turn, 25), (self._document, 15), (self._fact, 15), (self._removal, 4),
            (self._backup, 1),
        ]  # fmt: skip
        writes, weights = [write for write, _ in kinds], [weight for _, weight in kinds]
        while True:
            self._number += 1
            [write] = self._rng.choices(writes, weights)
            os.write(self._pipe, f"{write(f'{self._name}-{self._number}')}\n".encode())

    def _text(self) -> str:
        return " ".join(self._rng.choices(_WORDS, k=self._rng.choice((5, 50, 2000))))

    def _piece(self, name: str) -> str:
        self._db.pieces.put(Piece(name, "part", "hash", "model", "1", self._text(), 1, 1))
        return f"piece {name}"

    def _document(self, name: str) -> str:
        text = self._text()
        self._db.documents.save(Document(name, "txt", name, (Passage(0, "line 1", 0, len(text), text),), ""))
        return f"document {name}"

    def _turn(self, name: str) -> str:
        if not self._conversation:
            self._conversation, self._last = self._db.conversations.start(title=self._name).id, None
        said = NewTurn("user", f"{name} {self._text()}")
        self._last = self._db.conversations.append(self._conversation, said, self._last).id
        return f"turn {name} {self._last} {self._conversation}"

    def _fact(self, name: str) -> str:
        with self._db.journal.effect("remember", summary=name) as effect_id:
            self._db.facts.add(name, 1.0)
        if self._rng.random() < 0.5:
            return f"fact {name}"
        self._db.journal.undo(effect_id)
        return f"undone {name}"

    def _removal(self, name: str) -> str:
        removed, self._conversation = self._conversation, 0
        if not removed:
            return f"nothing {name}"
        self._db.conversations.remove(removed)
        return f"removed {self._name} {removed}"

    def _backup(self, name: str) -> str:
        return f"backup {self._backups.make(self._db, 'asked', datetime.now(UTC)).name} {name}"


_WORDS = [f"word{number}" for number in range(500)]


def run_kills(folder: Path, kills: int, seed: int, tell: Callable[[Tally], None] = lambda _: None) -> Tally:
    """Kill so many writing processes; `tell` hears after each round. The same seed makes the same writes."""
    rng, tally = random.Random(seed), Tally()
    rounds, said, path = 0, set[str](), folder
    while tally.kills < kills:
        if rounds % CYCLES_ON_ONE_DATABASE == 0:
            path, said = folder / f"{rounds}" / "desk.sqlite", set()
        acknowledged = _round(path, min(rng.choice((1, 2)), kills - tally.kills), f"r{rounds}", rng, tally)
        tally.acknowledged += len(acknowledged)
        said |= acknowledged
        verify(path, said, tally)
        rounds += 1
        tell(tally)
    return tally


def _round(path: Path, writers: int, name: str, rng: random.Random, tally: Tally) -> set[str]:
    """What a few processes acknowledged before each was killed at a moment of its own."""
    running = [_start(path, f"{name}w{number}", rng.random()) for number in range(writers)]
    said = set()
    for pid, pipe in running:
        if rng.random() < 0.8:  # the others may die while they open the database
            select.select([pipe], [], [], 30.0)
        time.sleep(rng.uniform(0.0, LONGEST_SECONDS))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        tally.kills += 1
        if not os.WIFSIGNALED(status):
            tally.corrupt.append(f"{name}: a writer ended by itself")
    for _, pipe in running:
        with os.fdopen(pipe, encoding="utf-8") as lines:
            said |= {line.strip() for line in lines if line.endswith("\n")}
    return said


def _start(path: Path, name: str, seed: float) -> tuple[int, int]:
    """A process that writes, and the end of a pipe on which it says what is written."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        with DeskDatabase.open(path) as db:
            Writer(db, Backups(path.parent / "backups"), name, random.Random(seed), writing).run()
    except ToolProblem as problem:
        os.write(2, f"{name}: {problem.sentence()}\n".encode())
    finally:
        os._exit(1)


def verify(path: Path, said: set[str], tally: Tally) -> None:
    """Add to the tally what was acknowledged and is not so, and what a check finds damaged."""
    try:
        with DeskDatabase.open(path) as db:
            tally.lost += sorted(said - _kept(db, said))
            found = [row[0] for row in db.rows("PRAGMA integrity_check")]
            broken = db.rows("PRAGMA foreign_key_check")
            if found != ["ok"] or broken:
                tally.corrupt.append(f"{path}: {found} {broken}")
            _check_indexes(db)
    except ToolProblem as problem:
        tally.corrupt.append(f"{path}: {problem.sentence()}")
    backups = Backups(path.parent / "backups")
    for backup in backups.all():
        try:
            check(backup.path)
            tally.backups += 1
        except ToolProblem as problem:
            tally.corrupt.append(problem.sentence())
    for backup in backups.all()[1:]:  # checked once; the next round would check them again
        backup.path.unlink()


def _check_indexes(db: DeskDatabase) -> None:
    """Raises `DatabaseProblem` when a full-text index does not fit its table."""
    for index in ("passages_fts", "conversation_turns_fts", "inbox_fts"):
        db.write(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def _kept(db: DeskDatabase, said: set[str]) -> set[str]:
    """Those of the acknowledged writes that are as they were acknowledged."""
    names = {kind: {name for (name,) in db.rows(sql)} for kind, sql in _NAMES.items()}
    turns = {number: text.split(" ", 1)[0] for number, text in db.rows("SELECT id, text FROM conversation_turns")}
    conversations = {number for (number,) in db.rows("SELECT id FROM conversations")}
    gone = _may_be_gone(said)
    kept = set()
    for line in said:
        kind, name, *numbers = line.split()
        match kind:
            case "piece" | "document" | "fact":
                holds = name in names[kind]
            case "undone":
                holds = name not in names["fact"]
            case "turn":
                turn, conversation = map(int, numbers)
                holds = turns.get(turn) == name or (conversation not in conversations and conversation in gone)
            case "removed":
                holds = int(numbers[0]) not in conversations
            case _:
                holds = True
        if holds:
            kept.add(line)
    return kept


def _may_be_gone(said: set[str]) -> set[int]:
    """The conversations that were removed, or were being removed when their writer died: the last one of each."""
    gone = {int(line.split()[2]) for line in said if line.startswith("removed ")}
    last: dict[str, int] = {}
    for line in said:
        if line.startswith("turn "):
            _, name, _, conversation = line.split()
            writer = name.rsplit("-", 1)[0]
            last[writer] = max(last.get(writer, 0), int(conversation))
    return gone | set(last.values())


_NAMES = {
    "piece": "SELECT key FROM pieces",
    "document": "SELECT content_hash FROM documents",
    "fact": "SELECT text FROM facts",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--in", dest="folder", type=Path, help="a folder on the disk to try; a temporary one unless said"
    )
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        tally = run_kills(Path(scratch), options.kills, options.seed, _tell)
    seconds = time.monotonic() - begun
    print(f"{tally.kills} kills in {seconds:.0f} s, {tally.acknowledged} acknowledged writes, {tally.backups} backups")
    print(f"lost: {len(tally.lost)}, corrupt: {len(tally.corrupt)}")
    for problem in (*tally.lost[:20], *tally.corrupt[:20]):
        print(f"    {problem}")
    raise SystemExit(bool(tally.lost or tally.corrupt))


def _tell(tally: Tally) -> None:
    if tally.kills % 50 < 2:
        with suppress(OSError):
            print(f"{tally.kills} kills, {tally.acknowledged} writes, {len(tally.lost)} lost", flush=True)


if __name__ == "__main__":
    main()
