"""The desk's end of the line to its launcher, which starts the engine and the extractor for it."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from app.workers.line import LineBroken, Message, close_all, receive, send
from app.workers.worker import Worker, pipes
from runtime.seal.report import Role


class Launcher:
    """Asks one thing at a time; any thread may ask."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._asking = threading.Lock()

    def start(self, role: Role, reads: Sequence[Path] = (), *, errors: bool = False, trial: bool = False) -> Worker:
        """Start `role` to read these files and folders; with `errors` its standard error is a stream as well.

        Raises OSError, with the reason, when it is not started.
        """
        theirs, ours = pipes(errors=errors)
        with ExitStack() as unless_started:
            for stream in ours:
                unless_started.callback(stream.close)
            leash, other = socket.socketpair()
            unless_started.callback(leash.close)
            wish = {"do": "start", "role": role, "reads": [str(path.absolute()) for path in reads], "trial": trial}
            try:
                answer, _ = self._ask(wish, [other.fileno(), *theirs])
            finally:
                other.close()
                close_all(theirs)
            if "pid" not in answer:
                raise OSError(errno.EACCES, str(answer.get("failed", "the launcher gives no reason")))
            unless_started.pop_all()
        return Worker(answer["pid"], leash, ours[0], ours[1], ours[2] if errors else None)

    def _ask(self, wish: Message, descriptors: Sequence[int] = ()) -> tuple[Message, list[int]]:
        with self._asking:
            send(self._line, wish, descriptors)
            received = receive(self._line)
        if received is None:
            raise LineBroken(errno.EPIPE, "the launcher is gone")
        return received


_held: list[Launcher] = []


def hold_launcher(line: socket.socket) -> None:
    """Keep the line for this process, which has one launcher."""
    _held[:] = [Launcher(line)]


def launcher() -> Launcher | None:
    """None where the desk was started by nobody, or starts its processes itself, as on Windows."""
    return _held[0] if _held else None
