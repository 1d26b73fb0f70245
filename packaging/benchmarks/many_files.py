"""How a folder of many small files is read while somebody types: seconds, memory of the desk, time from key to screen.

    uv run python packaging/benchmarks/many_files.py [--files 20000]

Runs the real screen in a pseudo-terminal (so not on Windows), points it at a folder that it makes, and types one sign
every 100 ms; each is timed from the key to its echo in the screen's output. Prints medians and worst cases.
"""

from __future__ import annotations

import argparse
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import psutil

WORDS = (
    "deposit rent lease keys cleaning invoice heating repair meeting roof offer firm bicycle helmet workshop week euros"
    " paid tenant landlord garden budget review report audit"
).split()
SIGN = "§"
"""Stands nowhere else on the screen."""
PROMPT = b"/ for commands"
COLUMNS, ROWS = 120, 40
WARM_UP_SECONDS = 5.0
QUIET_KEYS, QUIET_CPU_SECONDS = 20, 0.5
"""The work is over when so many keys in a row cost the desk and its processes no more than this."""


@dataclass
class Figures:
    latencies: list[float] = field(default_factory=list)
    peak: int = 0
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_folder(Path(scratch) / "papers", files)
        figures = drive(folder, Path(scratch) / "home")
    milliseconds = sorted(1000 * latency for latency in figures.latencies)
    print(f"{files} files: {figures.seconds:.1f} s, desk at most {figures.peak / 2**20:.0f} MiB")
    print(
        f"{len(milliseconds)} keys: median {statistics.median(milliseconds):.0f} ms,"
        f" 95 % under {milliseconds[int(len(milliseconds) * 0.95)]:.0f} ms, worst {milliseconds[-1]:.0f} ms"
    )


def make_folder(folder: Path, files: int) -> Path:
    choose = random.Random(1)
    for number in range(files):
        part = folder / f"part-{number // 500:02}"
        part.mkdir(parents=True, exist_ok=True)
        sentences = [
            f"{' '.join(choose.choices(WORDS, k=9)).capitalize()} {choose.randint(1, 9999)}."
            for _ in range(choose.randint(3, 12))
        ]
        (part / f"{number}.txt").write_text(" ".join(sentences))
    return folder


def drive(folder: Path, home: Path) -> Figures:
    screen, terminal = pty.openpty()
    environment = {**os.environ, "LLAMA_DESK_HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    set_size(terminal)
    command = [sys.executable, "-I", "-m", "app"]
    launcher = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    try:
        read_until(screen, PROMPT, seconds=60)
        read_for(screen, 1.0)
        os.write(screen, f"/summarise {folder}\r".encode())
        read_for(screen, 0.5)
        return type_until_done(screen, psutil.Process(launcher.pid))
    finally:
        launcher.terminate()
        launcher.wait()


def type_until_done(screen: int, launcher: psutil.Process) -> Figures:
    figures = Figures()
    started = time.monotonic()
    desk = launcher.children()[0]
    used = deque([0.0] * QUIET_KEYS, QUIET_KEYS)
    while time.monotonic() - started < WARM_UP_SECONDS or used[-1] - used[0] > QUIET_CPU_SECONDS:
        pressed = time.monotonic()
        os.write(screen, SIGN.encode())
        read_until(screen, SIGN.encode())
        figures.latencies.append(time.monotonic() - pressed)
        os.write(screen, b"\x7f")
        read_for(screen, 0.1)
        figures.peak = max(figures.peak, desk.memory_info().rss)
        used.append(sum(sum(process.cpu_times()[:2]) for process in launcher.children(recursive=True)))
    figures.seconds = time.monotonic() - started
    return figures


def read_until(screen: int, wanted: bytes, seconds: float = 10) -> bytes:
    output = b""
    deadline = time.monotonic() + seconds
    while wanted not in output and time.monotonic() < deadline:
        output += read_for(screen, 0.0, first=0.5)
    return output


def read_for(screen: int, seconds: float, first: float = 0.0) -> bytes:
    output = b""
    deadline = time.monotonic() + seconds
    wait = max(seconds, first)
    while select.select([screen], [], [], wait)[0]:
        output += os.read(screen, 65536)
        wait = max(0.0, deadline - time.monotonic())
        if not wait:
            break
    return output


def set_size(terminal: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))


if __name__ == "__main__":
    main()
