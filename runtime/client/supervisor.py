"""Keeps an engine process running with its model, and what was asked of it, across one death."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from runtime.client.deaths import Culprit, Deaths, culprit
from runtime.client.log_file import LogFile
from runtime.client.process import EngineProcess
from runtime.client.requests import EngineDied, Pending, Restarted
from runtime.client.starting import StartEngine
from runtime.errors import ContextOverflow, EngineFailed, RuntimeProblem
from runtime.frames import FrameError
from runtime.protocol import (
    Adapter,
    Cancel,
    Delta,
    Event,
    Failed,
    Generate,
    Hello,
    Load,
    Loaded,
    Prefilled,
    SetAdapters,
    Unload,
    Unloaded,
    Usage,
)


class Supervisor:
    """Owns the process. `_lifecycle` is held while a process starts, a model loads, or a death is made good."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        work_dir: Path,
        log_file: Path,
        reads: Sequence[Path],
        grace: float,
        start: StartEngine,
    ) -> None:
        self._command = tuple(command)
        self._reads = tuple(reads)
        self._start = start
        self._work_dir = work_dir
        self._log = LogFile(log_file)
        self._grace = grace
        self._lifecycle = asyncio.Lock()
        self._deaths = Deaths()
        self._process: EngineProcess | None = None
        self._model: Load | None = None
        self._tried: tuple[Adapter, ...] = ()
        """Adapters that are being attached."""
        self._pending: dict[int, Pending] = {}
        self._cancelled: dict[int, asyncio.TimerHandle] = {}
        self._recovery: asyncio.Task[None] | None = None
        self._refusal: RuntimeProblem | None = None
        self._closing = asyncio.Event()
        self.loaded: Loaded | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> Hello:
        async with self._lifecycle:
            return (await self._running()).hello

    async def load(self, command: Load) -> Loaded:
        async with self._lifecycle:
            self._deaths.check(_blamed(command))
            self._model, self.loaded, self._refusal = command, None, None
            try:
                return await self._with_model(command)
            except RuntimeProblem:
                self._model = None
                raise
            except asyncio.CancelledError:
                self._model = None
                self._abandon(EngineFailed("Another model was being loaded and was cancelled.", hint="Ask again."))
                raise

    async def set_adapters(self, command: SetAdapters) -> None:
        async with self._lifecycle:
            if self._refusal is not None:
                raise self._refusal
            if command.adapters:
                self._deaths.check(culprit(command.adapters[-1].path))
            process = await self._ready()
            self._tried = command.adapters
            pending = self._send(process, Pending(command))
            try:
                await pending.next()
            finally:
                self._tried = ()
                self._forget(pending)
            if self._model is not None:
                self._model = self._model.model_copy(update={"adapters": command.adapters})

    async def unload(self, command: Unload) -> None:
        async with self._lifecycle:
            self._model, self.loaded = None, None
            if self._process is None:
                return
            pending = self._send(self._process, Pending(command))
            try:
                while not isinstance(await pending.next(), Unloaded):
                    pass
            except EngineDied:
                return  # and with the process all of its memory went
            finally:
                self._forget(pending)

    async def submit(self, pending: Pending) -> None:
        """Send `pending` once the engine is ready for it. Raises EngineFailed when there is none to be ready."""
        async with self._lifecycle:
            if self._refusal is not None:
                raise self._refusal
            self._send(await self._ready(), pending)

    def stop(self, pending: Pending) -> None:
        """Take no more answers to `pending`, and stop the work on it, or the process if that does not obey."""
        request, process = pending.command.request, pending.process
        is_open = self._forget(pending)
        if is_open and pending.is_cancellable and process is not None and process is self._process:
            process.send(Cancel(request=request))
            self._cancelled[request] = asyncio.get_running_loop().call_later(self._grace, process.kill)

    async def close(self) -> None:
        self._closing.set()
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.gather(self._recovery, return_exceptions=True)
        process, self._process, self.loaded = self._process, None, None
        self._fail_all(_closed())
        self._forget_cancelled()
        if process is not None:
            await process.stop(self._grace)

    async def _running(self) -> EngineProcess:
        """The process, started if there is none."""
        if self._closing.is_set():
            raise _closed()
        if self._process is None:
            self._deaths.check(_blamed(self._model))
            process = await EngineProcess.start(
                self._command, work_dir=self._work_dir, reads=self._reads, log=self._log, start=self._start
            )
            if self._closing.is_set():  # meanwhile
                process.kill()
                raise _closed()
            process.listen(self._on_event, self._on_end)
            self._process = process
        return self._process

    async def _with_model(self, model: Load) -> Loaded:
        """Load `model`, in a new process if the one that tries it dies. Raises what forbids it in the end."""
        while True:
            pending = self._send(await self._running(), Pending(model))
            try:
                while not isinstance(loaded := await pending.next(), Loaded):
                    pass
            except EngineDied:
                continue
            finally:
                self._forget(pending)
            self.loaded = loaded
            return loaded

    async def _ready(self) -> EngineProcess:
        """The process with the model that is wanted loaded in it."""
        process = await self._running()
        if self._model is not None and self.loaded is None:
            await self._with_model(self._model)
            process = await self._running()
        return process

    def _send(self, process: EngineProcess, pending: Pending) -> Pending:
        try:
            process.send(pending.command)
        except FrameError as error:
            raise ContextOverflow("The text is too long for any model.", hint="Ask about a part of it.") from error
        pending.process = process
        self._pending[pending.command.request] = pending
        return pending

    def _forget(self, pending: Pending) -> bool:
        """Take no more answers to `pending`; False if its last one has come already."""
        return self._pending.pop(pending.command.request, None) is not None

    def _on_event(self, event: Event) -> None:
        request = getattr(event, "request", None)
        is_last = not isinstance(event, Prefilled | Delta | Usage)
        if request is None:
            if isinstance(event, Failed):
                self._fail_all(event)
            return
        if is_last and request in self._cancelled:
            self._cancelled.pop(request).cancel()
        if pending := self._pending.get(request):
            pending.events.put_nowait(event)
            if is_last:
                del self._pending[request]

    def _on_end(self, process: EngineProcess) -> None:
        """The process died without being asked to: blame its model, and bring back what it was doing."""
        if process is not self._process:
            return
        was_idle = not self._pending and not self._cancelled
        self._process, self.loaded = None, None
        if was_idle:
            return  # the system or somebody ended it, not its model: it is started when something is asked again
        self._deaths.note(_blamed(self._model, self._tried))
        self._forget_cancelled()
        for pending in self._pending.values():
            if not pending.is_replayed:
                pending.events.put_nowait(EngineDied("The engine stopped.", hint="Try again."))
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.create_task(self._recover())

    async def _recover(self) -> None:
        async with self._lifecycle:
            if self._model is None and not self._pending:
                return
            try:
                process = await self._ready()
            except RuntimeProblem as problem:
                self._refusal, self._model = problem, None
                self._fail_all(problem)
                return
            for pending in [pending for pending in self._pending.values() if pending.process is not process]:
                self._send(process, pending)
                if isinstance(pending.command, Generate):
                    pending.events.put_nowait(Restarted("The engine stopped and was started again."))

    def _abandon(self, problem: RuntimeProblem) -> None:
        """Kill the process without blame; what it was doing fails with `problem`."""
        process, self._process, self.loaded = self._process, None, None
        if process is not None:
            process.kill()
        self._forget_cancelled()
        self._fail_all(problem)

    def _fail_all(self, reason: RuntimeProblem | Failed) -> None:
        for pending in self._pending.values():
            pending.events.put_nowait(reason)
        self._pending.clear()

    def _forget_cancelled(self) -> None:
        for timer in self._cancelled.values():
            timer.cancel()
        self._cancelled.clear()


def _blamed(model: Load | None, tried: Sequence[Adapter] = ()) -> Culprit:
    """What a death is blamed on: the last adapter that was tried, or that is attached, before the model itself."""
    adapters = tried or (model.adapters if model else ())
    if adapters:
        return culprit(adapters[-1].path)
    return culprit(model.path if model else None)


def _closed() -> EngineFailed:
    return EngineFailed("The engine was closed.", hint="Start llama-desk again.")
