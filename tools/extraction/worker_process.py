"""The desk's end of one extractor process: start it, ask it, and know why it ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from tools.errors import ToolProblem
from tools.extraction.answers import BadAnswer, Extraction, read_answer, read_hello
from tools.extraction.starting import StartReader, start_directly
from tools.extraction.watchdog import ExtractionLimits, Watchdog
from tools.extraction.wire import Request, read_frame, write_frame

_GREETING_SECONDS = 600.0 if sys.platform == "win32" else None
"""On Windows each file of a folder is told who may read it before the process starts in its container."""


class ExtractorFailed(ToolProblem):
    """The process that reads documents cannot be started."""

    title = "The document reader could not be started"


class WorkerProcess:
    """One process. Asked for a batch of files only when it has answered the last, so that neither side can block."""

    def __init__(
        self,
        command: Sequence[str],
        limits: ExtractionLimits,
        *,
        reads: Path | None = None,
        start: StartReader = start_directly,
    ) -> None:
        """Lets `start` start the process, which needs to open nothing outside of `reads`; raises ExtractorFailed."""
        try:
            self._process = start(command, reads)
        except OSError as error:
            raise ExtractorFailed(f"The document reader could not be started: {error.strerror}.") from error
        self._stdin = cast(BinaryIO, self._process.stdin)
        self._stdout = cast(BinaryIO, self._process.stdout)
        self._watchdog = Watchdog(self._process, limits)
        self._limits = limits
        self._asked_at = 0.0
        self._greet()

    def ask(self, root: str, paths: Sequence[str]) -> None:
        """Send a batch; raises OSError when the process has ended."""
        self._asked_at = time.monotonic()
        write_frame(self._stdin, Request(root=root, paths=list(paths)))

    def answer(self, path: str) -> tuple[Extraction, bool] | None:
        """The next answer and whether the process retires; None when it ended. Raises BadAnswer."""
        self._asked_at = time.monotonic()
        self._watchdog.arm()
        try:
            frame = read_frame(self._stdout)
        except (OSError, ValueError) as error:
            raise BadAnswer(str(error)) from error
        finally:
            self._watchdog.disarm()
        return None if frame is None else read_answer(path, *frame)

    def cause_of_death(self) -> tuple[str, float]:
        """Why it ended, as words that follow a file's name, and the seconds it had been at that file."""
        seconds = time.monotonic() - self._asked_at
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:  # it closed its end of the pipe and lives on
            self.kill()
            status = self._process.wait()
        if self._watchdog.verdict:
            return self._watchdog.verdict, seconds
        if sys.platform != "win32" and status == -signal.SIGXCPU:
            return "took too much processor time to read", seconds
        if self._watchdog.largest > self._limits.memory_bytes // 2:
            return self._watchdog.too_large, seconds  # the kernel refused it more, and its parser gave up
        return "", seconds

    def kill(self) -> None:
        """End the process at once; may be called from any thread."""
        self._process.kill()

    def close(self) -> None:
        """End the process and free what watches it."""
        self.kill()
        self._watchdog.stop()
        for pipe in (self._stdin, self._stdout):
            try:
                pipe.close()
            except OSError:  # what was still to be written has no reader any more
                continue
        self._process.wait()

    def _greet(self) -> None:
        self._watchdog.arm(_GREETING_SECONDS)
        try:
            frame = read_frame(self._stdout)
            if frame is None:
                raise BadAnswer("it ended before it was ready")
            read_hello(frame[0])
        except (OSError, ValueError, BadAnswer) as error:
            self.close()
            hint = "Run `llama-desk doctor` to see what is missing."
            raise ExtractorFailed("The document reader ended before it was ready.", hint=hint) from error
        self._watchdog.disarm()
