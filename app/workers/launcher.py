"""The desk's end of the line to its launcher, which starts processes and opens files for it."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import runtime.reading
import tools.reading
from app.workers.line import LineBroken, Message, close_all, receive, send
from app.workers.worker import Worker, pipes
from runtime.seal.report import Role
from tools.reading import Withheld, WithheldFile


@dataclass(frozen=True, slots=True)
class Grant:
    """A folder or file that was granted to the desk, for the first time at `at` (seconds since the epoch).

    `path` is "" for one that was forgotten.
    """

    at: float
    path: str


class Launcher:
    """Asks one thing at a time; any thread may ask."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._asking, self._opening = threading.Lock(), threading.Lock()
        self._files: Launcher | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked any more: something was interrupted, or the launcher is gone."""
        return self._line.fileno() < 0

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
                raise _problem(answer, "")
            unless_started.pop_all()
        return Worker(answer["pid"], leash, ours[0], ours[1], ours[2] if errors else None)

    def grant(self, path: Path) -> None:
        """Say that the user pointed at a folder or file. Raises Withheld for one that is not read, and OSError."""
        answer, _ = self._ask_for_files({"do": "grant", "path": str(path.absolute())})
        if answer:
            raise _problem(answer)

    def grants(self) -> list[Grant]:
        """The latest folders and files that were granted, as the launcher wrote them down. Raises OSError."""
        answer, _ = self._ask({"do": "list"})
        if "grants" not in answer:
            raise _problem(answer, "")
        return [Grant(float(one["at"]), str(one["path"])) for one in answer["grants"]]

    def forget_grant(self, path: Path) -> None:
        """Take back a folder or file, with what is below it, and their names out of the list. Raises OSError."""
        answer, _ = self._ask({"do": "forget", "path": str(path)})
        if answer:
            raise _problem(answer, "")

    def open(self, path: Path | str, *, follow: bool = True, folder: int | None = None) -> int:
        """A descriptor of a regular file that lies below what was granted; `folder` is an open one that `path` is in.

        Raises OSError, WithheldFile among them.
        """
        named = str(path) if folder is not None else str(Path(path).absolute())
        wish = {"do": "open", "path": named, "follow": follow}
        answer, opened = self._ask_for_files(wish, () if folder is None else (folder,))
        if len(opened) != 1:
            close_all(opened)
            raise _problem(answer, named)
        return opened[0]

    def _ask_for_files(self, wish: Message, descriptors: Sequence[int] = ()) -> tuple[Message, list[int]]:
        """By a line of its own: a slow disk holds up other files, and no process's start."""
        with self._opening:
            if self._files is None or self._files.is_closed:
                line, other = socket.socketpair()
                with other:
                    answer, _ = self._ask({"do": "line"}, [other.fileno()])
                if answer:
                    line.close()
                    raise _problem(answer, "")
                self._files = Launcher(line)
        return self._files._ask(wish, descriptors)

    def _ask(self, wish: Message, descriptors: Sequence[int] = ()) -> tuple[Message, list[int]]:
        with self._asking:
            try:
                send(self._line, wish, descriptors)
                received = receive(self._line)
            except BaseException:
                # Of one that was interrupted, the answer would be taken for that to the next.
                self._line.close()
                raise
        if received is None:
            raise LineBroken(errno.EPIPE, "the launcher is gone")
        return received


def _problem(answer: Message, path: str | None = None) -> Exception:
    """What the launcher's answer is raised as, for a file at `path` or for a wish of another kind."""
    if "withheld" in answer:
        said = str(answer["withheld"])
        return Withheld(said) if path is None else WithheldFile(errno.EACCES, said, path)
    if isinstance(number := answer.get("errno"), int):
        return OSError(number, os.strerror(number), path)
    return OSError(errno.EACCES, str(answer.get("failed", "the launcher gives no reason")), path)


_held: list[Launcher] = []


def hold_launcher(line: socket.socket) -> None:
    """Keep the line for this process, which has one launcher: it opens what the sealed desk may not."""
    one = Launcher(line)
    _held[:] = [one]
    tools.reading.read_through(one)
    runtime.reading.read_through(partial(_open_model, one))


def _open_model(one: Launcher, path: Path) -> int:
    """A model file that is named is one that the user pointed at. Raises OSError."""
    try:
        one.grant(path)
    except Withheld as withheld:
        raise WithheldFile(errno.EACCES, "it holds keys or passwords", str(path)) from withheld
    return one.open(path)


def launcher() -> Launcher | None:
    """None where the desk was started by nobody, or starts its processes itself, as on Windows."""
    return _held[0] if _held else None
