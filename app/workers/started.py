"""The launcher's hold on one process that it started for the desk."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress

from app.workers.roles import Start

KILL = b"k"
STATUS = struct.Struct("=i")
"""What is told of an end: the exit code, or the signal's number below zero."""
_REAPING_SECONDS = 5.0


class StartedWorker:
    """A process and the desk's leash on it, a socket: a byte from there, or the end of the desk, ends the process.

    Its exit status goes to the desk the same way, once.
    """

    def __init__(self, start: Start, streams: Sequence[int], leash: socket.socket) -> None:
        """Starts it on `streams`: its standard input, its output and, if there is a third, its errors.

        Raises OSError when it cannot be started.
        """
        stdin, stdout, *stderr = streams
        self._leash = leash
        self._process = subprocess.Popen(
            start.command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr[0] if stderr else subprocess.DEVNULL,
            cwd=start.folder,
            env=start.environment,
            pass_fds=start.passed,
            start_new_session=True,  # the terminal's Ctrl-C is for the desk alone
        )
        self._telling = threading.Thread(target=self._tell_its_end, daemon=True, name="worker's end")
        self._telling.start()
        threading.Thread(target=self._obey, daemon=True, name="worker's leash").start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAPING_SECONDS)

    def _obey(self) -> None:
        with suppress(OSError):
            self._leash.recv(len(KILL))
        self._process.kill()
        self._telling.join()
        self._leash.close()

    def _tell_its_end(self) -> None:
        code = self._process.wait()
        with suppress(OSError):
            self._leash.send(STATUS.pack(code))
        with suppress(OSError):
            self._leash.shutdown(socket.SHUT_RDWR)  # which ends the wait of the other thread
