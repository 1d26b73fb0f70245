"""The process that the user starts: it starts the desk, waits for it, and holds nothing itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import FrameType

from app.roles import role_command, run_desk
from runtime.seal import Grants, seal


def launch(arguments: list[str]) -> int:
    """Run the desk as a child and return its exit code; the desk ends when this process does."""
    if sys.platform == "win32":
        return subprocess.call([*role_command("desk"), *arguments])
    lifeline, held = os.pipe()
    # The terminal sends Ctrl-C to the desk as well; only the desk knows how to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    desk = os.fork()
    if desk == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(held)
        return run_desk(arguments, lifeline)
    os.close(lifeline)
    seal("launcher", Grants())
    return _wait(desk)


def _wait(desk: int) -> int:
    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(desk, number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    _, status = os.waitpid(desk, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
