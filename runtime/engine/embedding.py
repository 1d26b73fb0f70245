"""Texts as unit vectors, in a context of its own beside the one that generates."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from runtime.engine.batch import Batch
from runtime.engine.interrupt import Interrupt
from runtime.engine.model import Model
from runtime.engine.native import abort_callback, lib
from runtime.errors import ContextOverflow, EngineFailed, RuntimeProblem
from runtime.protocol import Done, Embed, Embedded, Event, Failed

_MOST_TOKENS = 512  # the buffer has a row of logits for each: 250 MB with a vocabulary of 128,000


class Embedder:
    """Owns a `llama_context` that pools. The pooling is the model's own, or the mean where it names none."""

    def __init__(self, model: Model, threads: int, interrupt: Interrupt) -> None:
        """Raises EngineFailed when the model gives no vectors or there is not enough memory."""
        self._model = model
        self._interrupt = interrupt
        self._most = min(_MOST_TOKENS, model.n_ctx_train or _MOST_TOKENS)
        self._batch = Batch(self._most)
        self.handle: Any = self._make(lib.LLAMA_POOLING_TYPE_UNSPECIFIED, threads)
        if self.handle and lib.llama_pooling_type(self.handle) == lib.LLAMA_POOLING_TYPE_NONE:
            self.close()
            self.handle = self._make(lib.LLAMA_POOLING_TYPE_MEAN, threads)
        if not self.handle:
            raise EngineFailed(f"{model.name} cannot turn texts into vectors.", hint="Choose another model.")
        if lib.llama_pooling_type(self.handle) == lib.LLAMA_POOLING_TYPE_RANK:
            self.close()
            raise EngineFailed(f"{model.name} ranks texts and gives no vectors.", hint="Choose an embedding model.")

    def close(self) -> None:
        if self.handle:
            lib.llama_free(self.handle)
        self.handle = None

    def embed(self, text: str, request: int, *, cut: bool = False) -> tuple[float, ...] | None:
        """The unit vector of `text`, or None when the request was cancelled. Raises ContextOverflow, EngineFailed."""
        tokens = self._model.tokenize_whole(text)
        if cut and len(tokens) > self._most:
            end = tokens[-1:] if self._model.is_control(tokens[-1]) else []
            tokens = tokens[: self._most - len(end)] + end
        if len(tokens) > self._most:
            raise ContextOverflow(
                f"A text has {len(tokens)} tokens, and a vector is made from at most {self._most}.",
                hint="Cut it into passages.",
            )
        if not tokens:
            return (0.0,) * self._model.n_embd
        self._batch.clear()
        self._batch.add(tokens, position=0, sequence=0, output=True, every=True)
        if not self._compute(request):
            return None
        pointer = lib.llama_get_embeddings_seq(self.handle, 0)
        if not pointer:
            raise EngineFailed("The engine gave no vector.", hint="Choose another model.")
        vector = np.ctypeslib.as_array(pointer, shape=(self._model.n_embd,)).astype(np.float64)
        return tuple((vector / (float(np.linalg.norm(vector)) or 1.0)).tolist())

    def _compute(self, request: int) -> bool:
        memory = lib.llama_get_memory(self.handle)
        if memory:  # a model that only encodes has none
            lib.llama_memory_seq_rm(memory, 0, -1, -1)
        if not self._interrupt.begin([request]):
            return False
        try:
            code = lib.llama_decode(self.handle, self._batch.native())
        finally:
            self._interrupt.end()
        if code not in (0, 2):
            raise EngineFailed("The engine could not compute a vector.", hint="Choose another model.")
        return bool(code == 0)

    def _make(self, pooling: int, threads: int) -> Any:
        parameters = lib.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = parameters.n_outputs_max = self._most
        parameters.n_seq_max = 1
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.embeddings = True
        parameters.pooling_type = pooling
        parameters.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.no_perf = True
        parameters.abort_callback = abort_callback
        parameters.abort_callback_data = self._interrupt.address
        return lib.llama_init_from_model(self._model.handle, parameters)


@dataclass(eq=False, slots=True)
class _Job:
    command: Embed
    vectors: list[tuple[float, ...]] = field(default_factory=list)


class Embeddings:
    """The queue of `Embed` commands, carried out a text at a time; the context is made with the first."""

    def __init__(self, model: Model, threads: int, interrupt: Interrupt, emit: Callable[[Event], None]) -> None:
        self._model = model
        self._threads = threads
        self._interrupt = interrupt
        self._emit = emit
        self._embedder: Embedder | None = None
        self._jobs: deque[_Job] = deque()

    def submit(self, command: Embed) -> None:
        self._jobs.append(_Job(command))

    def knows(self, request: int) -> bool:
        return any(job.command.request == request for job in self._jobs)

    def step(self) -> bool:
        """Make one vector; False when none is asked for."""
        if not self._jobs:
            return False
        job = self._jobs[0]
        try:
            self._advance(job)
        except RuntimeProblem as problem:
            self._fail(job, problem)
        return True

    def fail_all(self, problem: RuntimeProblem) -> None:
        for job in list(self._jobs):
            self._fail(job, problem)

    def close(self) -> None:
        """End every request as cancelled and free the context."""
        for job in list(self._jobs):
            self._end(job, Done(request=job.command.request, reason="cancelled"))
        if self._embedder:
            self._embedder.close()
        self._embedder = None

    def _advance(self, job: _Job) -> None:
        request, texts = job.command.request, job.command.texts
        if len(job.vectors) < len(texts):
            self._embedder = self._embedder or Embedder(self._model, self._threads, self._interrupt)
            vector = self._embedder.embed(texts[len(job.vectors)], request, cut=job.command.cut)
            if vector is None:
                self._end(job, Done(request=request, reason="cancelled"))
                return
            job.vectors.append(vector)
        if len(job.vectors) == len(texts):
            self._end(job, Embedded(request=request, vectors=tuple(job.vectors)))

    def _fail(self, job: _Job, problem: RuntimeProblem) -> None:
        failed = Failed(request=job.command.request, title=problem.title, message=problem.message, hint=problem.hint)
        self._end(job, failed)

    def _end(self, job: _Job, event: Event) -> None:
        self._jobs.remove(job)
        self._interrupt.forget(job.command.request)
        self._emit(event)
