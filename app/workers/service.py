"""The launcher's end of the line: what the desk may ask for, and what it gets."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from app.errors import DeskError
from app.workers.granted import Granted, NotGiven
from app.workers.line import Message, close_all, receive, send
from app.workers.opening import open_granted
from app.workers.roles import Start, role_called, start_of, with_line
from app.workers.started import StartedWorker
from app.workers.withheld import without_withheld

REFUSED: Message = {"failed": "the launcher does not do that"}
MOST_LISTED = 30
"""Grants that are told of, the latest: they fit a message whatever their paths are."""
_LEASH_AND_STREAMS = (3, 4)
_LONGEST_READS = 64 * 1024
"""What a worker's environment holds of them (execve(2) takes 128 KiB): of a home full of files the folders alone."""


class LauncherService:
    """Serves one desk: it starts the engine and the extractor, whose streams come with the wish, and opens files."""

    def __init__(self, line: socket.socket, granted: Callable[[], Granted]) -> None:
        """`granted` gives what the desk may have opened; it is asked once, when that is first needed."""
        self._line = line
        self._granted = cache(granted)
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
                opened: list[int] = []
                try:
                    answer = self._answer(message, descriptors, opened)
                    send(self._line, answer, opened)
                finally:
                    close_all([*descriptors, *opened])
        except OSError:
            return  # the desk is gone, or speaks nonsense
        finally:
            self.end()
            self._line.close()

    def _answer(self, message: Message, descriptors: Sequence[int], opened: list[int]) -> Message:
        """What to say; a file that goes with it is added to `opened`."""
        try:
            return self._do(message, descriptors, opened)
        except NotGiven as error:
            return {"withheld": str(error)}
        except DeskError as error:
            return {"failed": error.sentence()}
        except (OSError, ValueError) as error:
            return {"errno": getattr(error, "errno", None) or errno.EIO}

    def _do(self, message: Message, descriptors: Sequence[int], opened: list[int]) -> Message:
        granted = self._granted()
        match message:
            case {"do": "start"} if len(descriptors) in _LEASH_AND_STREAMS:
                return self._start(message, descriptors)
            case {"do": "open", "path": str(path), "follow": bool(follow)} if len(descriptors) <= 1:
                folder = descriptors[0] if descriptors else None
                opened.append(open_granted(granted, path, follow=follow, folder=folder))
            case {"do": "grant", "path": str(path)}:
                granted.add(Path(path))
            case {"do": "forget", "path": str(path)}:
                granted.forget(path)
            case {"do": "line"} if len(descriptors) == 1:
                LauncherService(socket.socket(fileno=os.dup(descriptors[0])), lambda: granted).start()
            case {"do": "list"}:
                return {"grants": granted.log.all()[-MOST_LISTED:]}
            case _:
                return REFUSED
        return {}

    def _start(self, message: Message, descriptors: Sequence[int]) -> Message:
        trial, reads = message.get("trial") is True, message.get("reads", [])
        role = role_called(message.get("role"), trial=trial)
        if role is None or not isinstance(reads, list):
            return REFUSED
        leash, *streams = descriptors
        start = start_of(role, self._readable(reads), trial=trial)
        if role != "desk":
            return self._take_on(start, leash, streams)
        # A desk on trial has a line to the launcher as the real one has.
        line, desks = socket.socketpair()
        granted = self._granted()
        LauncherService(line, lambda: granted).start()
        with desks:
            return self._take_on(with_line(start, desks.fileno()), leash, streams)

    def _take_on(self, start: Start, leash: int, streams: Sequence[int]) -> Message:
        with self._lock:
            if self._over:
                return REFUSED
            worker = StartedWorker(start, streams, socket.socket(fileno=os.dup(leash)))
            self._workers = [one for one in self._workers if not one.has_ended] + [worker]
        return {"pid": worker.pid}

    def _readable(self, reads: Sequence[object]) -> list[Path]:
        """What of these places a worker may read, which is granted by this."""
        found: list[Path] = []
        for path in map(Path, map(str, reads)):
            self._granted().add(path)
            found += without_withheld(Path(os.path.realpath(path)), self._granted().private)
        if sum(len(str(path)) for path in found) > _LONGEST_READS:
            found = [path for path in found if path.is_dir()]
        return found
