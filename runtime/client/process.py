"""One running engine process: its pipes, its greeting, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from runtime.client.log_file import LogFile
from runtime.client.starting import StartedEngine, StartEngine, start_directly
from runtime.errors import EngineFailed
from runtime.frames import FrameError, encode_frame, read_frame_async
from runtime.protocol import EVENT, PROTOCOL_VERSION, Command, Event, Hello, Shutdown

HELLO_TIMEOUT = 60.0
"""Seconds for a process to greet: a cold disk takes many to give the native libraries."""


class EngineProcess:
    """A started engine. Events and its end are told by the two callbacks, in the loop that started it."""

    def __init__(self, process: StartedEngine, hello: Hello, pump: asyncio.Task[None]) -> None:
        self._process = process
        self._pump = pump
        self._reader: asyncio.Task[None] | None = None
        self.hello = hello

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        work_dir: Path,
        reads: Sequence[Path] = (),
        log: LogFile,
        start: StartEngine = start_directly,
    ) -> EngineProcess:
        """Let `start` start `command` in `work_dir`, and wait for its greeting. Raises EngineFailed."""
        try:
            process = await start(command, work_dir, reads)
        except OSError as error:
            raise EngineFailed(
                f"The engine could not be started ({error.strerror or error}).", hint="Install llama-desk again."
            ) from error
        pump = asyncio.create_task(_pump_log(_stream(process.stderr), log))
        try:
            hello = await asyncio.wait_for(_greeting(_stream(process.stdout)), HELLO_TIMEOUT)
        except BaseException as error:  # cancelled or not, no process is left behind
            _kill(process)
            await pump
            if isinstance(error, TimeoutError):
                raise EngineFailed("The engine did not start within a minute.", hint="Try again.") from error
            raise
        return cls(process, hello, pump)

    def listen(self, on_event: Callable[[Event], None], on_end: Callable[[EngineProcess], None]) -> None:
        """Begin to tell events; `on_end` comes once, when the process has ended or spoken nonsense."""
        self._reader = asyncio.create_task(self._read(on_event, on_end))

    def send(self, command: Command) -> None:
        """Send `command`; to a process that has ended it is lost. Raises FrameError if it is too large."""
        frame = encode_frame(command.model_dump_json().encode())
        writer = self._process.stdin
        if writer is not None and not writer.is_closing():
            writer.write(frame)

    def kill(self) -> None:
        _kill(self._process)

    async def stop(self, grace: float) -> None:
        """Ask the process to end, and make it after `grace` seconds."""
        self.send(Shutdown())
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), grace)
        except TimeoutError:
            self.kill()
        finally:
            await self._finish()

    async def _read(self, on_event: Callable[[Event], None], on_end: Callable[[EngineProcess], None]) -> None:
        stream = _stream(self._process.stdout)
        try:
            while (payload := await read_frame_async(stream)) is not None:
                on_event(EVENT.validate_json(payload))
        except (FrameError, ValidationError, OSError):
            pass  # it no longer speaks our protocol, so its end is the same to us
        finally:
            self.kill()
            on_end(self)

    async def _finish(self) -> None:
        await self._process.wait()
        await asyncio.gather(self._pump, *([self._reader] if self._reader else []), return_exceptions=True)


async def _greeting(stream: asyncio.StreamReader) -> Hello:
    try:
        payload = await read_frame_async(stream)
        event = EVENT.validate_json(payload) if payload is not None else None
    except (FrameError, ValidationError, OSError):
        event = None
    if not isinstance(event, Hello):
        raise EngineFailed("The engine stopped while it started.", hint="llama-desk doctor says more.")
    if event.version != PROTOCOL_VERSION:
        raise EngineFailed("The engine is of another version than the desk.", hint="Install llama-desk again.")
    return event


async def _pump_log(stream: asyncio.StreamReader, log: LogFile) -> None:
    while data := await stream.read(8192):
        log.append(data)


def _stream(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    if stream is None:
        raise EngineFailed("The engine has no pipe to the desk.", hint="Try again.")
    return stream


def _kill(process: StartedEngine) -> None:
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            return
