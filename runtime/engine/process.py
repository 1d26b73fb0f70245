"""The engine process: commands come in on standard input, events go out on what was standard output.

Two threads: the main one owns the model and computes; the reader takes commands, and turns a cancellation or the
arrival of foreground work into the flag that stops the native code at once. When standard input ends, the desk is gone,
and the process goes with it.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from pydantic import ValidationError

from runtime.engine.environment import die_with_parent, prepare_environment, take_stdin, take_stdout
from runtime.engine_options import backends_in
from runtime.errors import EngineFailed, RuntimeProblem
from runtime.frames import FrameError, read_frame, write_frame
from runtime.protocol import (
    COMMAND,
    PROTOCOL_VERSION,
    Calibrate,
    Cancel,
    Command,
    CountTokens,
    Devices,
    Embed,
    Event,
    Failed,
    Generate,
    Hello,
    Load,
    SetAdapters,
    Shutdown,
    Stats,
    Unload,
    Unloaded,
)

if TYPE_CHECKING:
    from runtime.engine.engine import Engine
    from runtime.engine.interrupt import Interrupt

_BROKEN = EngineFailed("The engine met an error of its own.", hint="Try again; its log says more.")


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until told to shut down, and return the exit code. `arguments` are those of `runtime.engine_options`."""
    events, commands = Outbox(take_stdout()), take_stdin()
    prepare_environment()
    die_with_parent()
    from runtime.engine import native
    from runtime.engine.engine import Engine
    from runtime.engine.interrupt import Interrupt

    native.start(backends_in(arguments))
    interrupt = Interrupt()
    inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
    reader = Reader(commands, inbox, interrupt, events)
    threading.Thread(target=reader.run, name="reader", daemon=True).start()
    events.send(Hello(version=PROTOCOL_VERSION, llama_build=native.BUILD))
    engine = Engine(interrupt, events.send)
    serve(engine, inbox, events)
    engine.unload()
    return 0


class Outbox:
    """Writes events as frames, from either thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, event: Event) -> None:
        try:
            with self._lock:
                write_frame(self._stream, event.model_dump_json().encode())
        except OSError:
            os._exit(0)  # nobody reads any more; native code may be running in the other thread


class Reader:
    """Reads commands until standard input ends, and acts on those that cannot wait for the next step."""

    def __init__(
        self, stream: BinaryIO, inbox: queue.SimpleQueue[Command], interrupt: Interrupt, events: Outbox
    ) -> None:
        self._stream = stream
        self._inbox = inbox
        self._interrupt = interrupt
        self._events = events

    def run(self) -> None:
        try:
            while (payload := read_frame(self._stream)) is not None:
                self._take(payload)
        except (FrameError, OSError) as error:
            sys.stderr.write(f"the desk's messages could not be read: {error}\n")
        os._exit(0)  # the main thread may be deep in native code

    def _take(self, payload: bytes) -> None:
        try:
            command = COMMAND.validate_json(payload)
        except ValidationError as error:
            sys.stderr.write(f"{error}\n")
            self._events.send(_failed(EngineFailed("A command could not be understood."), _request_in(payload)))
            return
        if isinstance(command, Cancel):
            self._interrupt.cancel(command.request)
        elif isinstance(command, Generate) and command.priority == "foreground":
            self._interrupt.foreground_waits()
        elif isinstance(command, Load | Unload | SetAdapters | Shutdown):
            self._interrupt.stop()
        self._inbox.put(command)


def serve(engine: Engine, inbox: queue.SimpleQueue[Command], events: Outbox) -> None:
    """Take commands as they come and compute in between, until `Shutdown`."""
    working = False
    while True:
        try:
            command = inbox.get(block=not working)
        except queue.Empty:
            working = _step(engine, events)
            continue
        if isinstance(command, Shutdown):
            return
        _carry_out(engine, command, events)
        working = True


def _step(engine: Engine, events: Outbox) -> bool:
    try:
        return engine.step()
    except Exception:  # noqa: BLE001 - a mistake in this program must not take the desk's other requests with it
        traceback.print_exc()
        engine.fail_all(_BROKEN)
        return True


def _carry_out(engine: Engine, command: Command, events: Outbox) -> None:
    request = getattr(command, "request", None)
    try:
        _dispatch(engine, command, events)
    except RuntimeProblem as problem:
        events.send(_failed(problem, request))
    except Exception:  # noqa: BLE001 - as in _step: the command fails, the process lives
        traceback.print_exc()
        events.send(_failed(_BROKEN, request))


def _dispatch(engine: Engine, command: Command, events: Outbox) -> None:
    match command:
        case Load():
            engine.load(command)
        case Unload():
            engine.unload()
            events.send(Unloaded(request=command.request))
        case SetAdapters():
            engine.set_adapters(command)
        case Generate():
            engine.generate(command)
        case Embed():
            engine.embed(command)
        case CountTokens():
            engine.count(command)
        case Stats():
            engine.stats(command)
        case Calibrate():
            engine.calibrate(command)
        case Devices():
            engine.devices(command)
        case Cancel():
            engine.cancel(command.request)
        case Shutdown():
            raise RuntimeError("a shutdown is not dispatched")


def _request_in(payload: bytes) -> int | None:
    """The number of a request that is not valid, so that whoever waits for it hears of it."""
    try:
        request = json.loads(payload)["request"]
    except (KeyError, TypeError, ValueError):
        return None
    return request if isinstance(request, int) else None


def _failed(problem: RuntimeProblem, request: int | None) -> Failed:
    return Failed(request=request, title=problem.title, message=problem.message, hint=problem.hint)
