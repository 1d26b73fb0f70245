"""`EngineClient`: what the rest of the desk uses to load a model and generate with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from itertools import batched, count
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from runtime.client.requests import GenerateOptions, GenerationEvent, LoadOptions, Pending, Request, Restarted
from runtime.client.starting import StartEngine, start_directly
from runtime.client.supervisor import Supervisor
from runtime.errors import BadModelFile, EngineFailed
from runtime.model_file import check_model
from runtime.protocol import (
    Adapter,
    Calibrate,
    Calibrated,
    Counted,
    CountTokens,
    Delta,
    DeviceList,
    Devices,
    Done,
    Embed,
    Embedded,
    Generate,
    Hello,
    Load,
    Loaded,
    Message,
    Prefilled,
    SetAdapters,
    Stats,
    StatsReport,
    Tool,
    Turn,
    Unload,
    Usage,
)

GRACE = 2.0
"""Seconds in which the engine must obey before it is killed."""
BATCH = 64
"""Texts in one request: their answer stays well under the limit of a frame."""


class EngineClient:
    """A handle on the engine, for one event loop. It starts the process when it is first needed.

    When the process dies, it is started once more with the same model, and what was under way begins again. A model
    during whose use it died twice is refused from then on. Every method may raise EngineFailed.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        work_dir: Path,
        log_file: Path,
        reads: Sequence[Path] = (),
        grace: float = GRACE,
        start: StartEngine = start_directly,
    ) -> None:
        """`command` starts the engine; `work_dir` is an empty folder for it to run in; both must be absolute.

        A sealed engine opens no other files than `reads`: the models that it is to load. `start` starts it.
        """
        self._supervisor = Supervisor(
            command, work_dir=work_dir, log_file=log_file, reads=reads, grace=grace, start=start
        )
        self._numbers = count(1)

    @property
    def loaded(self) -> Loaded | None:
        """The model in use; None while there is none or the engine is being started again."""
        return self._supervisor.loaded

    @property
    def pid(self) -> int | None:
        """The engine's process id while it runs."""
        return self._supervisor.pid

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> Hello:
        """Start the process, if it does not run, and return its greeting."""
        return await self._supervisor.start()

    async def load(
        self,
        path: Path,
        *,
        adapters: Sequence[Adapter] = (),
        calibrated: Calibrated | None = None,
        **options: Unpack[LoadOptions],
    ) -> Loaded:
        """Check the GGUF file at `path` and load it in place of any other. Raises BadModelFile, OutOfMemory.

        `adapters` change it from its first answer on, as `set_adapters` does later. `calibrated` is what `calibrate`
        found for this model on this machine.

        To cancel this is to kill the engine, for nothing else stops a load; it starts again when it is next needed.
        """
        path = await _checked(path)
        if calibrated is not None:
            measured = calibrated.ubatch or None
            planned = options.get("ubatch")
            options["ubatch"] = min(measured, planned) if measured and planned else measured or planned
        return await self._supervisor.load(
            Load(
                request=next(self._numbers),
                path=str(path),
                adapters=_absolute(adapters),
                decode_threads=(calibrated.decode_threads or None) if calibrated else None,
                prefill_threads=(calibrated.prefill_threads or None) if calibrated else None,
                **options,
            )
        )

    async def load_for_vectors(self, path: Path, *, threads: int | None = None) -> Loaded:
        """As `load`, for `embed` alone: the model needs no template and gets no context. Raises BadModelFile."""
        path = await _checked(path)
        request = next(self._numbers)
        return await self._supervisor.load(Load(request=request, path=str(path), threads=threads, purpose="vectors"))

    async def set_adapters(self, adapters: Sequence[Adapter]) -> None:
        """Let just these adapters change the loaded model from now on; none leaves it as it is in its file.

        Nothing is loaded anew, and what is under way ends as cancelled. Raises BadModelFile for one that does not fit:
        then nothing changes.
        """
        await self._supervisor.set_adapters(SetAdapters(request=next(self._numbers), adapters=_absolute(adapters)))

    async def unload(self) -> None:
        """Free the model's memory; nothing happens if none is loaded."""
        await self._supervisor.unload(Unload(request=next(self._numbers)))

    async def generate(self, **options: Unpack[GenerateOptions]) -> AsyncGenerator[GenerationEvent, None]:
        """Continue `turns` or `prompt`: Prefilled and Delta events as they come, then Usage, then Done.

        A Restarted event voids the text before it. To close the generator, or to cancel the task that awaits it, stops
        the generation. Raises ContextOverflow for a prompt that is too long.
        """
        command = Generate(request=next(self._numbers), **options)
        pending = Pending(command)
        try:
            await self._supervisor.submit(pending)
            while True:
                event = await pending.next()
                if isinstance(event, Prefilled | Delta | Usage | Done | Restarted):
                    yield event
                if isinstance(event, Done):
                    return
        finally:
            self._supervisor.stop(pending)

    async def embed(self, texts: Sequence[str], *, cut: bool = False) -> list[tuple[float, ...]]:
        """One unit-length vector for each text; `cut` makes it from the beginning of a text that is too long.

        Raises ContextOverflow for such a text otherwise.
        """
        vectors: list[tuple[float, ...]] = []
        for batch in batched(texts, BATCH):
            vectors += (await self._ask(Embed(request=next(self._numbers), texts=batch, cut=cut), Embedded)).vectors
        return vectors

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, as plain text without BOS."""
        counts: list[int] = []
        for batch in batched(texts, BATCH):
            counts += (await self._ask(CountTokens(request=next(self._numbers), texts=batch), Counted)).counts
        return counts

    async def count_turns(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> int:
        """The tokens of the prompt that `turns` make with the model's template, which tells of `tools`."""
        command = CountTokens(request=next(self._numbers), turns=tuple(turns), tools=tuple(tools))
        answer = await self._ask(command, Counted)
        return sum(answer.counts)

    async def stats(self) -> StatsReport:
        """What the engine is doing now."""
        return await self._ask(Stats(request=next(self._numbers)), StatsReport)

    async def calibrate(self, seconds: float = 3.0) -> Calibrated:
        """Find out in at most so many seconds how the loaded model is best run here; a generation ends it early."""
        return await self._ask(Calibrate(request=next(self._numbers), seconds=seconds), Calibrated)

    async def devices(self) -> DeviceList:
        """What models can be computed on, and the memory that is free now; no model has to be loaded."""
        return await self._ask(Devices(request=next(self._numbers)), DeviceList)

    async def close(self) -> None:
        """End the process; what is under way fails. The client is of no use afterwards."""
        await self._supervisor.close()

    async def _ask[Answer: Message](self, command: Request, kind: type[Answer]) -> Answer:
        """The one answer to `command`; to cancel the task that awaits it stops the work on it."""
        pending = Pending(command)
        try:
            await self._supervisor.submit(pending)
            event = await pending.next()
        finally:
            self._supervisor.stop(pending)
        if not isinstance(event, kind):
            raise EngineFailed("The engine dropped this work for another model.", hint="Ask again.")
        return event


async def _checked(path: Path) -> Path:
    """The whole path of a file that is a model. Raises BadModelFile."""
    path = _sendable(path.absolute())
    await asyncio.to_thread(check_model, path)
    return path


def _absolute(adapters: Sequence[Adapter]) -> tuple[Adapter, ...]:
    """The adapters with their whole paths, for the engine runs in a folder of its own. Raises BadModelFile."""
    return tuple(
        adapter.model_copy(update={"path": str(_sendable(Path(adapter.path).absolute()))}) for adapter in adapters
    )


def _sendable(path: Path) -> Path:
    """`path`, if it can be written in a message. Raises BadModelFile."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise BadModelFile("The name of the model file is not text.", hint="Rename it, or its folder.") from error
    return path
