"""Reads documents that were damaged at random, and looks at what is said of each and how long it takes.

    uv run python packaging/benchmarks/hostile_documents.py [--count 2000] [--seed 1] [--keep FOLDER]

One sound document of each kind is made here and damaged in turn; of an archive, half of the times, a file inside it, so
that the damage comes as far as what reads that. The sealed reader of documents, with its own limits, must give a text
or a reason for each within 12 s. Exit code 1 when it does not; `--keep` keeps those files.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.roles import role_command
from tests.mutations import changed, some_changes
from tests.reading.sound_files import MAKERS
from tools.extraction.client import Extraction, Extractor
from tools.sanitise import is_clean

SECONDS = 12.0
TO_KILL = 1.0
"""Seconds beyond the limit in which a process that is over it has ended, and another one runs."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the files that found a fault")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        faults = try_all(arguments.count, arguments.seed, Path(scratch), arguments.keep)
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


def try_all(count: int, seed: int, scratch: Path, keep: Path | None) -> list[str]:
    """Read so many damaged documents with one reader, as a desk does; what was wrong with the answers."""
    sound, folder = made(scratch / "sound"), scratch / "damaged"
    folder.mkdir()
    outcomes: Counter[str] = Counter()
    faults, slowest = [], (0.0, "")
    with Extractor(role_command("extractor")) as extractor:
        for path in sound:
            if extractor.extract(path.parent, path.name).status != "done":
                raise SystemExit(f"The sound {path.name} is not read here, so the damaged ones would show nothing.")
        for number in range(count):
            base = sound[number % len(sound)]
            path = folder / f"{number}{base.suffix}"
            path.write_bytes(damaged(base, random.Random(f"{seed}:{number}")))
            started = time.monotonic()
            found = extractor.extract(folder, path.name)
            seconds = time.monotonic() - started
            outcomes[f"{base.suffix[1:]}: {found.status}"] += 1
            slowest = max(slowest, (seconds, f"{path.name}, {found.status} {found.reason}"))
            if fault := flaw(found, seconds):
                faults.append(f"{seed}:{number} {base.name}: {fault}")
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, keep)
            path.unlink()
    show(outcomes, faults, slowest)
    return faults


def flaw(found: Extraction, seconds: float) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if seconds > SECONDS + TO_KILL:
        return f"took {seconds:.1f} s"
    if not found.reason and found.status != "done":
        return f"{found.status} without a reason"
    if not is_clean(found.reason) or (found.document and not is_clean(found.document.text)):
        return "what came out is not clean"
    return ""


def show(outcomes: Counter[str], faults: list[str], slowest: tuple[float, str]) -> None:
    print(f"{outcomes.total()} damaged documents: {len(faults)} faults")
    for kind in sorted({outcome.split(":")[0] for outcome in outcomes}):
        counts = [f"{outcomes[f'{kind}: {s}']} {s}" for s in ("done", "partial", "skipped", "failed")]
        print(f"  {kind:6} {', '.join(counts)}")
    print(f"  slowest {slowest[0]:.2f} s: {slowest[1]}", flush=True)


def damaged(base: Path, chance: random.Random) -> bytes:
    """The bytes of `base` after some changes, of the file itself or of one inside it."""
    data = base.read_bytes()
    if not zipfile.is_zipfile(base) or chance.random() < 0.5:
        return changed(data, some_changes(chance, 3))
    packed = io.BytesIO()
    with zipfile.ZipFile(base) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        names = [name for name in old.namelist() if old.getinfo(name).file_size]
        chosen = set(chance.sample(names, chance.randint(1, min(2, len(names)))))
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, changed(content, some_changes(chance, 3)) if name in chosen else content)
    return packed.getvalue()


def made(folder: Path) -> list[Path]:
    """One sound document of each kind, in `folder`."""
    folder.mkdir()
    paths = []
    for ending, make in MAKERS.items():
        paths.append(folder / f"lease.{ending}")
        make(paths[-1])
    return paths


if __name__ == "__main__":
    sys.exit(main())
