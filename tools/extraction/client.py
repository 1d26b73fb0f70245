"""The desk's reader of documents: one file or many, each ending in a text or in a reason, whatever the file does."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from pathlib import Path

from tools.extraction.answers import BadAnswer, Extraction
from tools.extraction.starting import StartReader, start_directly
from tools.extraction.watchdog import ExtractionLimits
from tools.extraction.worker_process import ExtractorFailed, WorkerProcess
from tools.folder_walk.walk import base_folder

__all__ = ["Extraction", "ExtractionCancelled", "ExtractionLimits", "Extractor", "ExtractorFailed"]

PATIENCE_SECONDS = 2.0
"""How long a call waits for the end of one that was cancelled before it."""
BATCH = 32
"""Files asked for at a time: a request of them fits a pipe's buffer, so that writing it never blocks."""
QUICK_DEATH_SECONDS = 3.0
"""A process that ends sooner than this on a file, for no known cause, is given the file once more."""


class ExtractionCancelled(Exception):
    """`cancel` was called while files were being read."""


class Extractor:
    """Reads documents in a process that is restarted when a file breaks it. Blocking; one caller at a time.

    `command` is that of a process that runs `tools.extraction.worker.main`; `start` starts it.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: ExtractionLimits | None = None,
        *,
        start: StartReader = start_directly,
    ) -> None:
        self._command = tuple(command)
        self._start = start
        self._limits = limits or ExtractionLimits()
        self._worker: WorkerProcess | None = None
        self._root: Path | None = None
        self._busy = threading.Lock()
        self._cancelled = threading.Event()

    def extract(self, root: Path, path: str) -> Extraction:
        """Read one file of the folder `root` (or `root` itself, when it is that file).

        Raises ExtractorFailed when no process can be started, ExtractionCancelled after `cancel`.
        """
        [extraction] = list(self.extract_many(root, [path]))
        return extraction

    def extract_many(self, root: Path, paths: Iterable[str]) -> Iterator[Extraction]:
        """Read files in order, faster than one by one; raises as `extract`, and RuntimeError during another call."""
        if not self._busy.acquire(timeout=PATIENCE_SECONDS):
            raise RuntimeError("this extractor is reading for another caller")
        if self._cancelled.is_set():
            self._discard()  # a call to `cancel` since the last file has killed it
        self._cancelled.clear()
        answered = True
        try:
            folder = str(base_folder(root))
            self._open_to(root)
            for batch in batched(paths, BATCH):
                answered = False
                yield from self._read_batch(folder, list(batch))
                answered = True
        finally:
            if not answered:
                self._discard()  # it may still be reading what nobody waits for
            self._busy.release()

    def cancel(self) -> None:
        """End what is being read, within 100 ms; may be called from any thread. Without a call in progress, nothing."""
        self._cancelled.set()
        if worker := self._worker:
            worker.kill()

    def close(self) -> None:
        """End the process; a later call starts a new one."""
        self.cancel()
        # A caller that stopped iterating without closing its iterator is not waited for.
        free = self._busy.acquire(timeout=PATIENCE_SECONDS)
        self._discard()
        if free:
            self._busy.release()

    def __enter__(self) -> Extractor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_batch(self, folder: str, waiting: list[str]) -> Iterator[Extraction]:
        retried = ""
        while waiting:
            self._stop_if_cancelled()
            worker = self._running_worker()
            for extraction in self._answers(worker, folder, waiting):
                waiting = waiting[1:]
                yield extraction
            if not waiting:
                return
            self._stop_if_cancelled()
            if worker is self._worker:  # it died over the first that waits; one that retired is gone already
                cause, seconds = worker.cause_of_death()
                self._discard()
                if not cause and seconds < QUICK_DEATH_SECONDS and retried != waiting[0]:
                    retried = waiting[0]
                    continue
                yield Extraction(waiting[0], "failed", cause or "made the reader crash; it may be damaged")
                waiting = waiting[1:]

    def _answers(self, worker: WorkerProcess, folder: str, paths: list[str]) -> Iterator[Extraction]:
        """Answers in order, fewer than `paths` when the process retires or dies."""
        try:
            worker.ask(folder, paths)
            for path in paths:
                if self._cancelled.is_set():
                    return
                answer = worker.answer(path)
                if answer is None:
                    return
                extraction, retires = answer
                if retires:
                    self._discard()
                yield extraction
                if retires:
                    return
        except (OSError, BadAnswer):
            worker.kill()  # what it sends is not to be understood, so nothing more is read from it

    def _open_to(self, root: Path) -> None:
        """A sealed process opens nothing outside of the one folder or file that it was started for."""
        if root != self._root:
            self._discard()
            self._root = root

    def _running_worker(self) -> WorkerProcess:
        if self._worker is None:
            self._worker = WorkerProcess(self._command, self._limits, reads=self._root, start=self._start)
            self._stop_if_cancelled()
        return self._worker

    def _discard(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            worker.close()

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            self._discard()
            raise ExtractionCancelled
