"""The process that the user starts: it starts the desk, and the fetcher when one is asked for, and holds nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

from app import inherited_line
from app.download_broker import DownloadBroker
from app.launcher_line import hold_line
from app.roles import role_command, run_desk
from runtime.seal import Grants, seal

FORKS = sys.platform != "win32"


def launch(arguments: list[str]) -> int:
    """Run the desk as a child and return its exit code; the desk ends when this process does."""
    lifeline, held = os.pipe()
    wishes, desk_wishes = os.pipe()
    desk_news, news = os.pipe()
    # The terminal sends Ctrl-C to the desk as well; only the desk knows how to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    desks = (lifeline, desk_wishes, desk_news)
    wait: Callable[[], int]
    if FORKS:
        desk = os.fork()
        if desk == 0:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for end in (held, wishes, news):
                os.close(end)
            hold_line(desk_wishes, desk_news)
            return run_desk(arguments, lifeline)
        wait = partial(_wait, desk)
    else:
        wait = inherited_line.start(role_command("desk"), arguments, desks).wait
    for end in desks:
        os.close(end)
    seal("launcher", Grants())
    broker = DownloadBroker(wishes, news)
    broker.start()
    try:
        return wait()
    finally:
        broker.end()


def _wait(desk: int) -> int:
    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(desk, number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    _, status = os.waitpid(desk, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
