"""Ends the extractor process when a file takes too long or too much memory."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import psutil

from tools.extraction.starting import StartedReader

POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ExtractionLimits:
    """What one file may cost: seconds on the wall clock, and bytes of memory of the process that reads it."""

    seconds: float = 12.0
    memory_bytes: int = 768 * 2**20


class Watchdog:
    """Watches one process from a thread of its own; between `arm` and `disarm` it may end the process."""

    def __init__(self, process: StartedReader, limits: ExtractionLimits) -> None:
        self._process = process
        self._limits = limits
        self._deadline = 0.0
        self._armed = threading.Event()
        self._stopped = False
        self.verdict = ""
        """Why the process was ended, as words that follow the name of the file it was reading."""
        self.largest = 0
        """The most memory, in bytes, that the process was seen to use since `arm`."""
        self._thread = threading.Thread(target=self._watch, name="extractor-watchdog", daemon=True)
        self._thread.start()

    def arm(self, seconds: float | None = None) -> None:
        """The time for one file begins now, or for something else that may take so many seconds."""
        self._deadline = time.monotonic() + (seconds or self._limits.seconds)
        self.largest = 0
        self._armed.set()

    def disarm(self) -> None:
        self._armed.clear()

    def stop(self) -> None:
        """End the thread; the process is left as it is."""
        self._stopped = True
        self._armed.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            process = psutil.Process(self._process.pid)
        except psutil.Error:
            return  # it ended at once, which the client sees at the end of its stream
        while self._armed.wait() and not self._stopped:
            if verdict := self._judge(process):
                self.verdict = verdict
                self._process.kill()
                return
            time.sleep(POLL_SECONDS)

    def _judge(self, process: psutil.Process) -> str:
        if time.monotonic() > self._deadline:
            return f"took longer than {self._limits.seconds:g} s to read"
        try:
            used = process.memory_info().rss
        except psutil.Error:
            return ""
        self.largest = max(self.largest, used)
        return self.too_large if used > self._limits.memory_bytes else ""

    @property
    def too_large(self) -> str:
        return f"needed more than {self._limits.memory_bytes // 2**20} MiB of memory to be read"
