"""Downloading a model, for the commands and the screen: the launcher is asked, and what it tells is passed on."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial

from pydantic import ValidationError

from app.download_log import Download, DownloadLog, Outcome
from app.download_terms import TITLE
from app.errors import DeskError
from app.launcher_line import LauncherLine, launcher_line
from app.locations import locations
from runtime.fetch.alone import clear_leftovers
from runtime.fetch.events import FETCH_EVENT, Ended, Failed, Fetched, FetchEvent, Progress
from runtime.fetch.hosts import host_of, hub_at
from runtime.fetch.part_file import ENDING
from runtime.fetch.problems import FetchProblem
from runtime.manifest import ManifestEntry

_ENDING_SECONDS = 5.0
_under_way: list[_Talk] = []
"""The latest download of this process, if there was one: the launcher makes one at a time."""


async def fetch(entry: ManifestEntry, *, unverified: bool = False) -> AsyncGenerator[Progress | Fetched]:
    """Download `entry` into the models folder: its progress, and `Fetched` as the last item.

    `unverified` is the user's yes to a file whose hash is not known. Closing the generator, or cancelling the task
    that runs it, stops the download at once: the fetcher ends behind it, what arrived is kept, and the next download
    goes on from there.

    Raises DeskError when it fails, when another download is under way in this process, and where there is no launcher
    to ask.
    """
    line = launcher_line()
    if line is None:
        raise DeskError(
            "This llama-desk was not started by its launcher, which alone can download.",
            title=TITLE,
            hint=f"Put {entry.file} of {entry.repository} on Hugging Face into the models folder.",
        )
    noted = _Noted(entry)
    await _wait_for_turn()
    clear = partial(clear_leftovers, locations().models, entry.local_name)
    talk = _Talk(line, asyncio.get_running_loop(), clear)
    _under_way[:] = [talk]
    noted.begin()
    talk.start(f"fetch {entry.id}{' unverified' if unverified else ''}\n")
    fetched: Fetched | None = None
    try:
        while not isinstance(event := await talk.events.get(), Ended):
            noted.hear(event)
            match event:
                case Progress():
                    yield event
                case Fetched():
                    fetched = event
                case Failed():
                    raise DeskError(event.message, title=event.title, hint=event.hint)
        if fetched is None:
            noted.outcome = "failed"
            raise DeskError("The download ended before it was done.", title=TITLE, hint="Try again.")
        yield fetched
    finally:
        talk.stop()
        noted.end()


async def _wait_for_turn() -> None:
    """Let a download that was stopped come to its end. Raises DeskError where one goes on."""
    for talk in _under_way:
        if not (talk.stopped and await asyncio.to_thread(talk.ended_within, _ENDING_SECONDS)):
            raise DeskError("Another download is under way.", title=TITLE, hint="Wait for it, or stop it.")
    _under_way.clear()


class _Noted:
    """A download in the ledger: its beginning at once, its end when it has one."""

    def __init__(self, entry: ManifestEntry) -> None:
        places = locations()
        self._log = DownloadLog(places.download_log)
        self._part = places.models / f"{entry.local_name}{ENDING}"
        self._model = entry.id
        self._begun: Download | None = None
        self._first: int | None = None
        self._last = self._received = 0
        self.outcome: Outcome = "stopped"

    def begin(self) -> None:
        self._begun = self._log.begin(self._model, _asked_host())

    def hear(self, event: FetchEvent) -> None:
        """Count the bytes that come in; a part that begins anew is counted anew."""
        match event:
            case Progress(state="fetching", done=done):
                if self._first is None:
                    self._first = self._last = done
                self._received += max(0, done - self._last)
                self._last = done
            case Fetched():
                self.outcome = "done"
            case Failed():
                self.outcome = "failed"

    def end(self) -> None:
        """Progress is told some times a second: what came after the last of it is in the part."""
        with suppress(OSError):
            if self._first is not None and self.outcome != "done":
                self._received += max(0, self._part.stat().st_size - self._last)
        if self._begun is not None:
            self._log.end(self._begun, self.outcome, self._received)


def _asked_host() -> str:
    try:
        return host_of(hub_at(os.environ.get("HF_ENDPOINT")).endpoint)
    except FetchProblem:
        return "an address that is none"


class _Talk:
    """One download's lines: a thread reads them to their end, so that none is left for the next one."""

    def __init__(self, line: LauncherLine, loop: asyncio.AbstractEventLoop, on_end: Callable[[], None]) -> None:
        self.events: asyncio.Queue[FetchEvent] = asyncio.Queue()
        self._line = line
        self._loop = loop
        self._on_end = on_end
        self.stopped = False
        self._thread = threading.Thread(target=self._listen, daemon=True, name="download")

    def start(self, request: str) -> None:
        self._thread.start()
        self._say(request)

    def stop(self) -> None:
        """End the download if it has not ended; its process ends behind, and is waited for when this one ends."""
        if not self.stopped and self._thread.is_alive():
            self._say("stop\n")
            atexit.register(self._thread.join, _ENDING_SECONDS)
        self.stopped = True

    def ended_within(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _say(self, words: str) -> None:
        try:
            self._line.requests.write(words.encode("ascii"))
        except OSError:
            self._tell(Ended())  # the launcher has died, and this process with it

    def _listen(self) -> None:
        try:
            while not isinstance(event := self._next(), Ended):
                self._tell(event)
        finally:
            self._on_end()
            self._tell(Ended())

    def _next(self) -> FetchEvent:
        try:
            line = self._line.events.readline()
            return FETCH_EVENT.validate_json(line) if line else Ended()
        except (OSError, ValidationError):
            return Ended()

    def _tell(self, event: FetchEvent) -> None:
        try:
            self._loop.call_soon_threadsafe(self.events.put_nowait, event)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more
