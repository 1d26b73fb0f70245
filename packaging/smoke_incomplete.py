"""Show that the smoke test misses what is missing: make the file without one of its parts, and try it; for each part.

    python3 packaging/smoke_incomplete.py ["the pocket model" ...]

It takes the folder that `packaging/build_binary.py` left in its --work. The smoke test has to name the part, and the
step that needs it has to fail too; the exit code is 1 when a part was not missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from binary.archive import Packing, pack
from binary.compiling import compile_starter
from binary.parts import PARTS, Part
from binary.running import ROOT
from build_binary import PROGRAM, Bench, version

FILE = "incomplete.exe" if sys.platform == "win32" else "incomplete"
NAMING = "has_every_part"


def main() -> None:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", default=names, help=f"all, or of: {', '.join(names)}")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "binary", help="of the build (%(default)s)")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(names):
        parser.error(f"There is no part named {' or '.join(sorted(unknown))}.")
    bench = Bench(asked.work.resolve(), asked.work.resolve())
    packing = pack(bench.folder, PROGRAM)
    found = [is_missed(part, bench, packing) for part in PARTS if part.name in asked.parts]
    sys.exit(None if all(found) else "A part that was left out was not missed.")


def is_missed(part: Part, bench: Bench, packing: Packing) -> bool:
    """Whether the smoke test fails without the part as it should."""
    made = bench.work / FILE
    without = packing.without(part.files)
    left_out = len(packing.files) - len(without.files)
    compile_starter(without, made, time=0, version=version(), work=bench.work, python=bench.python)
    steps = [NAMING, *([part.step] if part.step else [])]
    smoke = [sys.executable, Path(__file__).with_name("smoke_binary.py"), made, "--only", *steps]
    done = subprocess.run(smoke, check=False, capture_output=True, text=True)
    made.unlink()
    failed = [line for line in done.stdout.splitlines() if line.startswith("NO")]
    missed = left_out > 0 and len(failed) == len(steps) and part.name in failed[0]
    print(f"{'ok' if missed else 'NO'}  without {part.name} ({left_out} files)", *failed, sep="\n      ", flush=True)
    if not missed:
        print(done.stdout, done.stderr)
    return missed


if __name__ == "__main__":
    main()
