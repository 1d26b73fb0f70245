"""How long the program takes from its start to the first frame of its screen, as medians, and what each phase takes.

    uv run python packaging/benchmarks/startup.py [COMMAND...] [--rounds 10] [--kinds warm first]

COMMAND is the built file, or `python -m app` by default. Warm: after one start that is not counted. First: with nothing
unpacked yet. Cold: with the system's cache of files dropped too, which takes root on Linux. CPU seconds are those of
all processes of the program up to the frame; on a busy machine they say more than the clock.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from binary.terminal import FIRST_FRAME, QUIT, Terminal

SECONDS = 120.0
FRAME = "the first frame"
KINDS = ["warm", "first", "cold"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="of starts (all)")
    parser.add_argument("command", nargs="*", default=[sys.executable, "-m", "app"])
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="llama-desk-start-"))
    kinds = asked.kinds if len(asked.command) == 1 else ["warm"]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        start(asked.command, home)
        for kind in kinds:
            report(kind, [start(asked.command, home, kind) for _ in range(asked.rounds)])
    except PermissionError:
        print("cold: not measured, dropping the system's cache of files takes root")
    finally:
        shutil.rmtree(home)


def start(command: list[str], home: Path, kind: str = "warm") -> dict[str, float]:
    """Seconds from the start to each phase of one start."""
    data, trace = home / "data", home / "data" / "trace"
    data.mkdir(exist_ok=True)
    trace.unlink(missing_ok=True)
    if kind != "warm":
        shutil.rmtree(home / ".cache", ignore_errors=True)
    if kind == "cold":
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
    environment = {"HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", "LLAMA_DESK_HOME": str(data)}
    with Terminal(command, environment | {"LLAMA_DESK_TRACE": str(trace)}) as terminal:
        phases = {FRAME: terminal.wait_for(FIRST_FRAME, SECONDS), "CPU": cpu_seconds(terminal.pid)}
        terminal.press(QUIT)
        terminal.end(SECONDS)
    for line in trace.read_text("utf-8").splitlines() if trace.is_file() else ():
        moment, phase = line.split(" ", 1)
        phases.setdefault(phase, int(moment) / 1e9 - terminal.started)
    return phases


def cpu_seconds(pid: int) -> float:
    """What the process and those below it have used; a child may end meanwhile."""
    program = psutil.Process(pid)
    return sum(sum(one.cpu_times()[:2]) for one in (program, *program.children(recursive=True)) if one.is_running())


def report(kind: str, rounds: list[dict[str, float]]) -> None:
    """Each phase with the median of when it was reached, and of what it took."""
    reached: dict[str, list[float]] = defaultdict(list)
    for phases in rounds:
        for phase, seconds in phases.items():
            reached[phase].append(seconds)
    cpu = statistics.median(reached.pop("CPU"))
    frame = reached[FRAME]
    print(
        f"\n{kind}: {FRAME} after {statistics.median(frame):.2f} s (median of {len(frame)}, {min(frame):.2f} to "
        f"{max(frame):.2f}), {cpu:.2f} s of CPU"
    )
    before = 0.0
    for phase, median in sorted(
        ((phase, statistics.median(all_)) for phase, all_ in reached.items()), key=lambda row: row[1]
    ):
        print(f"  {median:6.2f} s  +{median - before:.2f}  {phase}")
        before = median


if __name__ == "__main__":
    main()
