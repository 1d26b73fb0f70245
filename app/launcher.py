"""The process that the user starts: it starts all the others, the workers when the desk asks, and holds nothing."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from types import FrameType

from app import inherited_line
from app.download_broker import DownloadBroker
from app.launcher_line import hold_line
from app.roles import role_command, run_desk
from app.workers.grants import what_is_granted
from app.workers.service import LauncherService
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
    service: LauncherService | None = None
    if FORKS:
        line, desks_line = socket.socketpair()
        desk = os.fork()
        if desk == 0:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            line.close()
            for end in (held, wishes, news):
                os.close(end)
            hold_line(desk_wishes, desk_news)
            return run_desk(arguments, lifeline, desks_line)
        desks_line.close()
        service = LauncherService(line, what_is_granted)
        wait = partial(_wait, desk)
    else:
        wait = inherited_line.start(role_command("desk"), arguments, desks).wait
    for end in desks:
        os.close(end)
    seal("launcher", Grants())
    with ExitStack() as at_the_end:
        if service is not None:
            service.start()
            at_the_end.callback(service.end)
        broker = DownloadBroker(wishes, news)
        broker.start()
        at_the_end.callback(broker.end)
        return wait()


def _wait(desk: int) -> int:
    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(desk, number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    _, status = os.waitpid(desk, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
