"""Loads model files that were damaged at random, and looks at what is said of each and who outlives it.

    uv run python packaging/benchmarks/hostile_models.py [--count 10000] [--seed 1] [--keep FOLDER]

The tests' tiny model and the pocket model are damaged in turn: in the counts of the header, in the values and the
vocabulary, in the list of tensors. What passes the check is loaded by a sealed engine and has to count tokens and write
a few. Each file must come to a text or to a sentence within 5 s, whatever becomes of the engine. Exit code 1 when one
does not; `--keep` keeps those files.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import gguf

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.roles import role_command
from runtime.client import EngineClient
from runtime.errors import BadModelFile, RuntimeProblem
from runtime.pocket import POCKET_MODEL
from tests.models import make_tiny_llama
from tests.mutations import changed, some_bytes, some_changes

SECONDS = 5.0
LOADED = "loaded, and wrote"
FIXED_HEADER = 24
"""Bytes of the magic, the version and the two counts."""


@dataclass(frozen=True)
class Base:
    """A sound model, and where in its bytes the header's parts begin."""

    name: str
    data: bytes
    vocabulary: int
    tensors: int
    weights: int

    def damaged(self, chance: random.Random) -> bytes:
        """The model with one part of its header changed; four in five keep the places of all that follows."""
        ends = (FIXED_HEADER, self.vocabulary, self.tensors, self.weights)
        start, end = chance.choices(list(pairwise((0, *ends))), weights=(1, 6, 6, 6))[0]
        part = self.data[start:end]
        manner = chance.choices((_flipped, _overwritten, _moved), weights=(5, 3, 2))[0]
        return self.data[:start] + manner(part, chance) + self.data[end:]


def _flipped(part: bytes, chance: random.Random) -> bytes:
    """One to three bits the other way: what a check of counts and names is likeliest to let through."""
    flipped = bytearray(part)
    for _ in range(chance.randint(1, 3)):
        flipped[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _overwritten(part: bytes, chance: random.Random) -> bytes:
    """One or two numbers or handfuls of bytes in place of others."""
    written = bytearray(part)
    for _ in range(chance.randint(1, 2)):
        piece = some_bytes(chance)
        place = chance.randint(0, len(part) - len(piece))
        written[place : place + len(piece)] = piece
    return bytes(written)


def _moved(part: bytes, chance: random.Random) -> bytes:
    """Bytes that come, go or repeat, so that what follows is elsewhere."""
    return changed(part, some_changes(chance, 3))


@dataclass
class Tally:
    """What came of the files so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_what: str = ""

    def note(self, name: str, outcome: str, seconds: float, fault: str) -> None:
        self.outcomes[outcome] += 1
        if seconds > self.slowest:
            self.slowest, self.slowest_what = seconds, f"{name}, {outcome}"
        if seconds > SECONDS:
            fault = fault or f"took {seconds:.1f} s ({outcome})"
        if fault:
            self.faults.append(f"{name}: {fault}")

    def show(self) -> None:
        print(f"{self.outcomes.total()} damaged models: {len(self.faults)} faults", flush=True)
        for outcome, times in self.outcomes.most_common():
            print(f"  {times:6}  {outcome}")
        print(f"  slowest {self.slowest:.2f} s: {self.slowest_what}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the files that found a fault")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        numbers = range(arguments.first, arguments.first + arguments.count)
        tally = asyncio.run(try_all(numbers, arguments.seed, Path(scratch), arguments.keep))
    tally.show()
    for fault in tally.faults:
        print(f"FAULT {fault}")
    return 1 if tally.faults else 0


async def try_all(numbers: Sequence[int], seed: int, scratch: Path, keep: Path | None) -> Tally:
    """One client for all of them, as a desk has one: it has to go on after each."""
    bases = (opened("tiny", make_tiny_llama(scratch / "tiny.gguf")), opened("pocket", POCKET_MODEL))
    tally = Tally()
    path = scratch / "model.gguf"
    client = EngineClient(
        role_command("engine"), work_dir=scratch / "work", log_file=scratch / "engine.log", reads=[path]
    )
    try:
        for base in bases:  # sealed, the engine is open to the one file that is there when it starts
            path.write_bytes(base.data)
            if (await tried(client, path))[0] != LOADED:
                raise SystemExit(f"The sound {base.name} model does not load here, so the others would show nothing.")
        for number in numbers:
            base = bases[number % len(bases)]
            path.write_bytes(base.damaged(random.Random(f"{seed}:{number}")))
            started, known = time.monotonic(), len(tally.faults)
            outcome, fault = await tried(client, path)
            tally.note(f"{base.name} {seed}:{number}", outcome, time.monotonic() - started, fault)
            if keep and len(tally.faults) > known:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, keep / f"{base.name}-{seed}-{number}.gguf")
            if number % 500 == 499:
                tally.show()
    finally:
        await client.close()
    return tally


async def tried(client: EngineClient, path: Path) -> tuple[str, str]:
    """What came of one file, and what is wrong with that: nothing, when it came to a text or to a sentence."""
    await client.start()
    pid = client.pid
    try:
        await client.load(path, n_ctx=64)
        await client.count_tokens(["The deposit is 2,400 euros; la fianza también. 🐟\n"])
        async for _ in client.generate(prompt="The deposit", max_tokens=4):
            pass
        outcome = LOADED if client.pid == pid else f"{LOADED}, in an engine that was started again"
    except BadModelFile as problem:
        return f"refused: {_kind(problem)}", _flaw(problem)
    except RuntimeProblem as problem:
        died = " (the engine died)" if client.pid != pid else ""
        return f"{type(problem).__name__}: {_kind(problem)}{died}", _flaw(problem)
    except Exception as error:  # noqa: BLE001 - whatever else comes out is what this program looks for
        return f"no sentence: {type(error).__name__}", repr(error)
    return outcome, ""


def _flaw(problem: RuntimeProblem) -> str:
    sentence = problem.sentence()
    return "" if sentence.isprintable() and sentence.endswith((".", "?")) else f"no sentence: {sentence!r}"


def _kind(problem: RuntimeProblem) -> str:
    """The sentence without what differs from file to file."""
    named = re.sub(r"the (tensor|entry) \S+", r"the \1 X", problem.message)
    return re.sub(r"\d[\d,.]*", "N", named)[:90]


def opened(name: str, path: Path) -> Base:
    """The model at `path`, which is sound."""
    reader = gguf.GGUFReader(path)
    vocabulary = min(field.offset for key, field in reader.fields.items() if key.startswith("tokenizer."))
    return Base(name, path.read_bytes(), vocabulary, reader.tensors[0].field.offset, reader.data_offset)


if __name__ == "__main__":
    sys.exit(main())
