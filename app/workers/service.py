"""The launcher's end of the line: what the desk may ask for, and what it gets."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

from app.errors import DeskError
from app.workers.line import Message, close_all, receive, send
from app.workers.roles import role_called, start_of
from app.workers.started import StartedWorker

REFUSED: Message = {"failed": "the launcher does not do that"}
_LEASH_AND_STREAMS = (3, 4)


class LauncherService:
    """Serves one desk: it starts the engine and the extractor, whose descriptors for this come with the wish."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._workers: list[StartedWorker] = []
        self._over = False

    def start(self) -> None:
        """Serve from now on, on a thread of its own, until the desk has gone."""
        threading.Thread(target=self._serve, daemon=True, name="workers").start()

    def end(self) -> None:
        """End every process that was started, and start no more."""
        with self._lock:
            self._over = True
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.end()

    def _serve(self) -> None:
        try:
            while (received := receive(self._line)) is not None:
                message, descriptors = received
                try:
                    answer = self._answer(message, descriptors)
                finally:
                    close_all(descriptors)
                send(self._line, answer)
        except OSError:
            return  # the desk is gone, or speaks nonsense
        finally:
            self.end()
            self._line.close()

    def _answer(self, message: Message, descriptors: Sequence[int]) -> Message:
        if message.get("do") == "start" and len(descriptors) in _LEASH_AND_STREAMS:
            return self._start(message, descriptors)
        return REFUSED

    def _start(self, message: Message, descriptors: Sequence[int]) -> Message:
        trial, reads = message.get("trial") is True, message.get("reads", [])
        role = role_called(message.get("role"), trial=trial)
        if role is None or not isinstance(reads, list):
            return REFUSED
        leash, *streams = descriptors
        try:
            start = start_of(role, [Path(str(path)) for path in reads], trial=trial)
            with self._lock:
                if self._over:
                    return REFUSED
                worker = StartedWorker(start, streams, socket.socket(fileno=os.dup(leash)))
                self._workers = [one for one in self._workers if not one.has_ended] + [worker]
        except OSError as error:
            return {"failed": error.strerror or str(error)}
        except DeskError as error:
            return {"failed": error.sentence()}
        return {"pid": worker.pid}
