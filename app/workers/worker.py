"""The desk's hold on a process that the launcher started for it, in the manner of `subprocess.Popen`."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from typing import BinaryIO

from app.workers.started import KILL, STATUS


class Worker:
    """A process of the launcher's. Its streams are this desk's ends of pipes; `stderr` is None where it has no reader.

    It ends when this desk does, or forgets it. Methods may be called from any thread.
    """

    def __init__(
        self, pid: int, leash: socket.socket, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO | None
    ) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self._leash = leash
        self._status: int | None = None
        self._waiting = threading.Lock()

    @property
    def returncode(self) -> int | None:
        """The exit code, or the signal's number below zero; None while it runs, as far as was waited for."""
        return self._status

    def kill(self) -> None:
        """End it at once; what has ended stays as it is."""
        with suppress(OSError):
            self._leash.send(KILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        with self._waiting:
            if self._status is None:
                if not _is_readable(self._leash, timeout):
                    raise subprocess.TimeoutExpired("a worker", timeout or 0.0)
                self._status = self._told()
                self._leash.close()
            return self._status

    def _told(self) -> int:
        with suppress(OSError):
            said = self._leash.recv(STATUS.size)
            if len(said) == STATUS.size:
                return int(STATUS.unpack(said)[0])
        return -int(signal.SIGKILL)  # the launcher is gone, and nobody knows


def pipes(*, errors: bool) -> tuple[list[int], list[BinaryIO]]:
    """The ends for a process of its standard input, output and, if asked for, errors; and this desk's ends of them."""
    reading, stdin = os.pipe()
    stdout, writing = os.pipe()
    theirs = [reading, writing]
    ours: list[BinaryIO] = [os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")]
    if errors:
        stderr, writing = os.pipe()
        theirs.append(writing)
        ours.append(os.fdopen(stderr, "rb"))
    return theirs, ours


def _is_readable(leash: socket.socket, timeout: float | None) -> bool:
    waiting = select.poll()
    waiting.register(leash, select.POLLIN)
    return bool(waiting.poll(None if timeout is None else timeout * 1000))
