"""The steps of the smoke test that need a terminal: the screen, and an engine that is killed under it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from binary.installed import Installed, expect

if TYPE_CHECKING:
    from binary.terminal import Terminal  # which Windows has none of

SECONDS = 120.0
ASKED = "Schedule lunch with Ana tomorrow at {}am\r"
PROPOSED = " {:02}:00"
HOURS = (4, 6, 8, 10)
"""One for each question, in words that only its own answer has: the screen is drawn anew again and again. Each but the
first follows on an engine that was killed, once more often than a model may stop it while it works."""
DECLINED = b"You said no."


def opens_the_screen_and_leaves(desk: Installed) -> None:
    from binary.terminal import FIRST_FRAME, QUIT, Terminal

    with Terminal(desk.command(), desk.environment) as terminal:
        terminal.wait_for(FIRST_FRAME, SECONDS)
        terminal.press(QUIT)
        expect(terminal.end(SECONDS) == 0, "the screen ended with another code than 0")
    expect(not _engines(desk), "an engine outlived the screen")


def answers_by_another_engine_when_one_is_killed(desk: Installed) -> None:
    """As often as it is killed while it has nothing to do."""
    from binary.terminal import FIRST_FRAME, QUIT, Terminal

    with Terminal(desk.command(), desk.environment) as terminal:
        terminal.wait_for(FIRST_FRAME, SECONDS)
        _ask(terminal, HOURS[0])
        for hour in HOURS[1:]:
            [engine] = _engines(desk)
            os.kill(engine, signal.SIGKILL)
            while engine in _engines(desk):
                terminal.read(0.1)
            _ask(terminal, hour)
            expect(_engines(desk) not in ([], [engine]), "the answer came without another engine")
        terminal.press(QUIT)
        terminal.end(SECONDS)


def _ask(terminal: Terminal, hour: int) -> None:
    """Ask for what is proposed and declined then, by which the answer is over."""
    terminal.press(ASKED.format(hour).encode())
    terminal.wait_for(PROPOSED.format(hour).encode(), SECONDS)
    terminal.press(b"n")
    terminal.wait_for(DECLINED, SECONDS)
    terminal.read_for(1.0)


SCREEN_STEPS: tuple[Callable[[Installed], None], ...] = (
    () if sys.platform == "win32" else (opens_the_screen_and_leaves, answers_by_another_engine_when_one_is_killed)
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
