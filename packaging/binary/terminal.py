"""A program in a terminal of its own, as a user would have it: what it writes, when, and keys for it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

FIRST_FRAME = b"or type the path of a folder"
"""Stands in the prompt, which is drawn with the first frame."""
QUIT = b"\x11"


class Terminal:
    """Starts a program at once; use it in a `with` block, at whose end the program is killed if it still runs."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, columns: int = 120, rows: int = 40
    ) -> None:
        self.output = b""
        self._seen = 0
        self._ended: int | None = None
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], list(command), dict(environment))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended is None:
            os.kill(self.pid, signal.SIGKILL)
            self._wait()
        os.close(self._master)

    def wait_for(self, text: bytes, seconds: float) -> float:
        """Seconds from the start until the program has written `text`, after what was waited for before.

        Raises TimeoutError when so many seconds have passed since the call.
        """
        limit = time.perf_counter() + seconds
        while (place := self.output.find(text, self._seen)) < 0:
            if not self.read(limit - time.perf_counter()):
                raise TimeoutError(f"no {text!r} within {seconds} s, but {self.output[-400:]!r}")
        self._seen = place + len(text)
        return time.perf_counter() - self.started

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def end(self, seconds: float) -> int:
        """The program's exit code, once it has ended by itself. Raises TimeoutError."""
        limit = time.perf_counter() + seconds
        while self.read(limit - time.perf_counter()):
            pass
        if time.perf_counter() > limit:
            raise TimeoutError(f"still running after {seconds} s")
        return self._wait()

    def read(self, seconds: float) -> bool:
        """Take what is written; False at the end, or when nothing came in time."""
        ready, _, _ = select.select([self._master], [], [], max(0, seconds))
        try:
            taken = os.read(self._master, 1 << 16) if ready else b""
        except OSError:
            taken = b""  # how Linux says that the other side was closed
        self.output += taken
        return bool(taken)

    def read_for(self, seconds: float) -> None:
        """Take what is written in these seconds."""
        limit = time.perf_counter() + seconds
        while (left := limit - time.perf_counter()) > 0:
            self.read(left)

    def _wait(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        self._ended = os.waitstatus_to_exitcode(status)
        return self._ended
