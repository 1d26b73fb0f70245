"""The steps of the smoke test that need a terminal: the screen, and an engine that is killed under it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from binary.installed import Installed, expect

SECONDS = 120.0
ASKED = b"Schedule lunch with Ana tomorrow at noon\r"
PROPOSED = b"Waiting for your word"


def opens_the_screen_and_leaves(desk: Installed) -> None:
    from binary.terminal import FIRST_FRAME, QUIT, Terminal

    with Terminal(desk.command(), desk.environment) as terminal:
        terminal.wait_for(FIRST_FRAME, SECONDS)
        terminal.press(QUIT)
        expect(terminal.end(SECONDS) == 0, "the screen ended with another code than 0")
    expect(not _engines(desk), "an engine outlived the screen")


def starts_another_engine_when_one_is_killed(desk: Installed) -> None:
    from binary.terminal import FIRST_FRAME, QUIT, Terminal

    with Terminal(desk.command(), desk.environment) as terminal:
        terminal.wait_for(FIRST_FRAME, SECONDS)
        terminal.press(ASKED)
        terminal.wait_for(PROPOSED, SECONDS)
        terminal.press(b"n")
        [engine] = _engines(desk)
        os.kill(engine, signal.SIGKILL)
        while engine in _engines(desk):
            time.sleep(0.1)
        terminal.press(ASKED)
        until = time.monotonic() + SECONDS
        while _engines(desk) in ([], [engine]):
            terminal.read(0.1)
            expect(time.monotonic() < until, "no other engine was started")
        terminal.press(QUIT)
        terminal.end(SECONDS)


SCREEN_STEPS: tuple[Callable[[Installed], None], ...] = (
    () if sys.platform == "win32" else (opens_the_screen_and_leaves, starts_another_engine_when_one_is_killed)
)


def _engines(desk: Installed) -> list[int]:
    """The engines that run from this file's unpacked copy."""
    listed = subprocess.run(["ps", "-axo", "pid=,stat=,command="], check=True, capture_output=True, text=True).stdout
    rows = (line.split(maxsplit=2) for line in listed.splitlines())
    folder = str(Path(desk.home))
    return [
        int(row[0])
        for row in rows
        if len(row) == 3 and "--role=engine" in row[2] and folder in row[2] and "Z" not in row[1]
    ]
