"""A model loaded for vectors alone: no context to generate in, no template, no queue but that of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from runtime.engine import backends
from runtime.engine.embedding import Embeddings
from runtime.engine.interrupt import Interrupt
from runtime.engine.model import Model
from runtime.errors import EngineFailed, RuntimeProblem
from runtime.protocol import Adapter, Calibrate, CountTokens, Event, Generate, Load, Loaded, StatsReport


class VectorModel:
    """Stands where `runtime.engine.engine.LoadedModel` does; what it cannot do raises EngineFailed."""

    def __init__(self, command: Load, threads: int, interrupt: Interrupt, emit: Callable[[Event], None]) -> None:
        self.model = Model(Path(command.path))
        self._threads = threads
        self.embeddings = Embeddings(self.model, threads, interrupt, emit)

    def close(self) -> None:
        self.embeddings.close()
        self.model.close()

    def set_adapters(self, wanted: Sequence[Adapter]) -> None:
        raise self._refusal()

    def generate(self, command: Generate) -> None:
        raise self._refusal()

    def calibrate(self, command: Calibrate) -> None:
        raise self._refusal()

    def count(self, command: CountTokens) -> tuple[int, ...]:
        raise self._refusal()

    def step(self) -> bool:
        return self.embeddings.step()

    def knows(self, request: int) -> bool:
        return self.embeddings.knows(request)

    def fail_all(self, problem: RuntimeProblem) -> None:
        self.embeddings.fail_all(problem)

    def facts(self, request: int, seconds: float) -> Loaded:
        model = self.model
        return Loaded(
            request=request,
            name=model.name,
            architecture=model.architecture,
            parameters=model.parameters,
            size=model.size,
            n_ctx=0,
            n_ctx_train=model.n_ctx_train,
            n_vocab=model.n_vocab,
            n_embd=model.n_embd,
            has_template=False,
            device=backends.gpu_name() or "CPU",
            seconds=seconds,
        )

    def stats(self, request: int, resident_bytes: int) -> StatsReport:
        return StatsReport(request=request, resident_bytes=resident_bytes, model=self.model.name, threads=self._threads)

    def _refusal(self) -> EngineFailed:
        return EngineFailed(f"{self.model.name} was loaded for vectors and writes nothing.", hint="Load a chat model.")
