"""An engine process under the hand of a test: commands in, events out, nothing in between."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runtime.frames import read_frame, write_frame
from runtime.protocol import COMMAND, EVENT, Cancel, Generate, Hello, Load


class EngineProcess:
    """Speaks the protocol with blocking reads; each test has its own process or shares one of a module."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "engine.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-m", "runtime.engine"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
            )
        self.requests = 0
        self.hello = self.receive()
        assert isinstance(self.hello, Hello)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def send(self, command: Any) -> int:
        """Send a command, checked as the engine checks it; return its request number."""
        write_frame(self.process.stdin, COMMAND.dump_json(command))
        return int(getattr(command, "request", 0))

    def receive(self) -> Any:
        payload = read_frame(self.process.stdout)
        assert payload is not None, f"the engine ended: {self.log.read_text()[-2000:]}"
        return EVENT.validate_json(payload)

    def number(self) -> int:
        self.requests += 1
        return self.requests

    def ask(self, kind: type[Any], **fields: Any) -> Any:
        """Send a command that has one answer and return it; nothing else may be under way."""
        self.send(kind(request=self.number(), **fields))
        return self.receive()

    def load(self, model: Path, **fields: Any) -> Any:
        return self.ask(Load, path=str(model), **fields)

    def start(self, **fields: Any) -> int:
        return self.send(Generate(request=self.number(), **fields))

    def collect(self, *requests: int) -> dict[int, list[Any]]:
        """The events of these generations until each has ended, and of whatever else goes on, in their order."""
        events: dict[int, list[Any]] = {request: [] for request in requests}
        left = set(requests)
        while left:
            event = self.receive()
            events.setdefault(event.request, []).append(event)
            if event.kind in ("done", "failed"):
                left.discard(event.request)
        return events

    def generate(self, **fields: Any) -> list[Any]:
        request = self.start(**fields)
        return self.collect(request)[request]

    def cancel(self, request: int) -> tuple[list[Any], float]:
        """Cancel a generation; return its last events and the seconds until it had ended."""
        start = time.perf_counter()
        self.send(Cancel(request=request))
        return self.collect(request)[request], time.perf_counter() - start


def text_of(events: Sequence[Any]) -> str:
    return "".join(event.text for event in events if event.kind == "delta")


def usage_of(events: Sequence[Any]) -> Any:
    return next(event for event in events if event.kind == "usage")


@contextmanager
def engine_process(folder: Path) -> Iterator[EngineProcess]:
    """An engine process that is gone at the end, whatever happened."""
    engine = EngineProcess(folder)
    try:
        yield engine
    finally:
        engine.close()
