"""The engine: one model at a time, and an answer to every command."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from runtime.engine import backends
from runtime.engine.adapters import Adapters
from runtime.engine.backends import gpu_name
from runtime.engine.calibration import Calibration
from runtime.engine.context import BYTES_PER_VALUE, Context, ContextShape
from runtime.engine.detokenize import TextStream
from runtime.engine.embedding import Embeddings
from runtime.engine.generation import Generation
from runtime.engine.grammar import Grammar
from runtime.engine.interrupt import Interrupt
from runtime.engine.json_schema import schema_grammar
from runtime.engine.memory import fit
from runtime.engine.model import Model
from runtime.engine.pace import Pace
from runtime.engine.prompts import PromptWriter
from runtime.engine.sampling import Sampler
from runtime.engine.session import Session
from runtime.engine.slots import cut_into_chunks
from runtime.engine.tool_grammar import tool_grammar
from runtime.engine.vector_model import VectorModel
from runtime.engine.words_grammar import words_grammar
from runtime.errors import BadModelFile, EngineFailed, OutOfMemory, RuntimeProblem
from runtime.fit.memory import available_memory
from runtime.protocol import (
    Adapter,
    AdaptersSet,
    Calibrate,
    Counted,
    CountTokens,
    DeviceList,
    Devices,
    Embed,
    Event,
    Generate,
    Load,
    Loaded,
    SetAdapters,
    Stats,
    StatsReport,
)

_CHUNK = 128  # tokens in one prefill call; 256 and 512 were within 4 % of it (1B, two cores, medians of four)
_GPU_CHUNK = 512
_MOST_THREADS = 256  # ggml aborts over 512
_MOST_CELLS = 2**31 - 1  # llama.cpp counts tokens of context in 32 bits


class Engine:
    """Loads a model and carries out commands; `emit` takes the answers. All calls come from one thread."""

    def __init__(self, interrupt: Interrupt, emit: Callable[[Event], None]) -> None:
        self._interrupt = interrupt
        self._emit = emit
        self._loaded: LoadedModel | VectorModel | None = None

    def load(self, command: Load) -> None:
        """Load a model in place of the present one. Raises BadModelFile or EngineFailed, and then none is loaded."""
        start = time.perf_counter()
        self.unload()
        threads = min(command.threads or physical_cores(), _MOST_THREADS)
        kind = VectorModel if command.purpose == "vectors" else LoadedModel
        self._loaded = kind(command, threads, self._interrupt, self._emit)
        self._emit(self._loaded.facts(command.request, time.perf_counter() - start))

    def unload(self) -> None:
        """End what is running and free the model, if there is one."""
        if self._loaded:
            self._loaded.close()
        self._loaded = None

    def set_adapters(self, command: SetAdapters) -> None:
        """Let other adapters change the loaded model. Raises BadModelFile or EngineFailed, and then nothing changes."""
        self._ready().set_adapters(command.adapters)
        self._emit(AdaptersSet(request=command.request))

    def generate(self, command: Generate) -> None:
        self._ready().generate(command)

    def embed(self, command: Embed) -> None:
        self._ready().embeddings.submit(command)

    def cancel(self, request: int) -> None:
        """Forget the cancellation of a request that has ended already; a living one ends in its next step."""
        if not self._loaded or not self._loaded.knows(request):
            self._interrupt.forget(request)

    def count(self, command: CountTokens) -> None:
        self._emit(Counted(request=command.request, counts=self._ready().count(command)))

    def stats(self, command: Stats) -> None:
        resident = psutil.Process().memory_info().rss
        idle = StatsReport(request=command.request, resident_bytes=resident)
        self._emit(self._loaded.stats(command.request, resident) if self._loaded else idle)

    def calibrate(self, command: Calibrate) -> None:
        self._ready().calibrate(command)

    def devices(self, command: Devices) -> None:
        self._emit(
            DeviceList(
                request=command.request,
                devices=backends.devices(),
                backends=backends.backends(),
                folder=str(backends.place_for_more()),
                modules=backends.modules(),
                cpu_variant=backends.cpu_variant(),
            )
        )

    def step(self) -> bool:
        """Compute a little; False when there is nothing to do."""
        return self._loaded.step() if self._loaded else False

    def fail_all(self, problem: RuntimeProblem) -> None:
        """Answer every request under way with `problem`."""
        if self._loaded:
            self._loaded.fail_all(problem)

    def _ready(self) -> LoadedModel | VectorModel:
        if self._loaded is None:
            raise EngineFailed("No model is loaded.", hint="Load one first.")
        return self._loaded


class LoadedModel:
    """A model, its context, and everything that lives as long as they do."""

    def __init__(self, command: Load, threads: int, interrupt: Interrupt, emit: Callable[[Event], None]) -> None:
        self.model = Model(Path(command.path), command.gpu_layers)
        self._device = (command.gpu_layers != 0 and gpu_name()) or "CPU"
        try:
            self.prompts = PromptWriter(self.model)
            self._context = Context(self.model, _shape(command, self.model, threads), interrupt)
        except BaseException:
            self.model.close()
            raise
        self.pace = Pace(threads, decode=command.decode_threads, prefill=command.prefill_threads)
        self.pace.apply(self._context)
        self._interrupt = interrupt
        self._emit = emit
        self._calibration: Calibration | None = None
        self.session = Session(self.model, self._context, interrupt, self.pace, emit)
        self.embeddings = Embeddings(self.model, threads, interrupt, emit)
        self._adapters = Adapters(self.model)
        try:
            self.set_adapters(command.adapters)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._end_calibration()
        self.session.cancel_all()
        self.embeddings.close()
        self._context.close()
        self._adapters.close()
        self.model.close()

    def set_adapters(self, wanted: Sequence[Adapter]) -> None:
        """Let just these adapters change the model; what is under way ends as cancelled. Raises BadModelFile."""
        loaded = self._adapters.load(wanted)
        self.session.cancel_all()
        self.session.adapters = self._adapters.attach(loaded, self._context)

    def calibrate(self, command: Calibrate) -> None:
        """Measure from now on, between whatever else is to be done. Raises EngineFailed when there is no memory."""
        self._end_calibration()
        self._calibration = Calibration(command, self.model, self._context.shape, self._interrupt, self._emit)

    def _end_calibration(self) -> None:
        if self._calibration is not None:
            self._calibration.stop()
        self._calibration = None

    def generate(self, command: Generate) -> None:
        self._end_calibration()
        prompt = self.prompts.write(command, self._context.n_ctx)
        gbnf = _form(command, python_list=self.prompts.asks_for_python_list)
        grammar = Grammar(self.model, gbnf) if gbnf else None
        starts_word = self.model.marks_words and self.model.is_control(prompt.tokens[-1])
        generation = Generation(
            command=command,
            prompt=prompt,
            chunks=cut_into_chunks(prompt, self._context.shape.chunk),
            limit=min(command.max_tokens, self._context.n_ctx - len(prompt.tokens)),
            sampler=Sampler(command.sampling, self.model.n_vocab, grammar),
            text=TextStream(command.stop, drop_space=starts_word),
        )
        self.session.submit(generation)

    def step(self) -> bool:
        """A step of what a person waits for, else of vectors, else of the background."""
        if self.session.foreground or not self.embeddings.step():
            return self.session.step() or self._measure()
        return True

    def _measure(self) -> bool:
        """A run of the calibration; False when there is none to do."""
        if self._calibration is None:
            return False
        if self._calibration.cancelled:
            self._end_calibration()
        elif not self._calibration.step():
            self._calibration = None
        return self._calibration is not None

    def knows(self, request: int) -> bool:
        measuring = self._calibration is not None and self._calibration.request == request
        return measuring or self.session.knows(request) or self.embeddings.knows(request)

    def count(self, command: CountTokens) -> tuple[int, ...]:
        return self.prompts.count(command.texts, command.turns, command.tools)

    def fail_all(self, problem: RuntimeProblem) -> None:
        self.session.fail_all(problem)
        self.embeddings.fail_all(problem)
        if self._calibration is not None:
            self._calibration.fail(problem)
        self._calibration = None

    def stats(self, request: int, resident_bytes: int) -> StatsReport:
        return StatsReport(
            request=request,
            model=self.model.name,
            threads=self.pace.threads,
            running=len(self.session.running),
            waiting=len(self.session.waiting),
            prompt_tokens=self.pace.prompt_tokens,
            reused_tokens=self.pace.reused_tokens,
            tokens=self.pace.tokens,
            tokens_per_second=self.pace.tokens_per_second(),
            resident_bytes=resident_bytes,
        )

    def facts(self, request: int, seconds: float) -> Loaded:
        model = self.model
        return Loaded(
            request=request,
            name=model.name,
            architecture=model.architecture,
            parameters=model.parameters,
            size=model.size,
            n_ctx=self._context.n_ctx,
            n_ctx_train=model.n_ctx_train,
            n_vocab=model.n_vocab,
            n_embd=model.n_embd,
            has_template=model.chat_template is not None,
            device=self._device,
            seconds=seconds,
        )


def _form(command: Generate, *, python_list: bool) -> str | None:
    """The grammar that the answer has to follow, if there is one. Raises EngineFailed when it cannot be made."""
    if bool(command.tools) + (command.json_schema is not None) + (command.words_of is not None) > 1:
        raise EngineFailed("A request takes tools, a form or words for its answer.", hint="Give just one of them.")
    if command.tools:
        return tool_grammar(command.tools, python_list=python_list, copied_from=command.copied_from)
    if command.words_of is not None:
        return words_grammar(command.words_of)
    return schema_grammar(command.json_schema) if command.json_schema is not None else None


def physical_cores() -> int:
    """Cores that this process may use, counting two threads of one core once."""
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def _memory_left(model: Model) -> int:
    """Bytes free for a context. The pages of a mapped model count as available, and are needed all the same."""
    _, available = available_memory()
    return max(available - model.size, available // 8)


def _planned(command: Load, model: Model) -> tuple[int, int] | None:
    """Tokens of context and sequences, where the desk has counted the memory that everything takes."""
    if command.gpu_layers is None or command.n_ctx is None:
        return None
    return min(command.n_ctx, model.n_ctx_train or command.n_ctx), command.slots


def _fitting(command: Load, model: Model) -> tuple[int, int]:
    """Tokens of context and sequences, for a load that nobody has planned."""
    return fit(
        command.n_ctx,
        command.slots,
        n_ctx_train=model.n_ctx_train,
        bytes_per_token=model.cache_bytes(BYTES_PER_VALUE[command.kv_type]),
        available=_memory_left(model),
    )


def _shape(command: Load, model: Model, threads: int) -> ContextShape:
    if not model.can_generate:
        raise BadModelFile(f"{model.name} writes no text.", hint="Choose a chat model.")
    if command.kv_type == "q8_0" and model.head_width % 32:
        raise EngineFailed(f"{model.name} cannot keep its context in 8 bits.", hint="Load it with 16 bits.")
    gpu = command.gpu_layers != 0 and gpu_name() is not None
    n_ctx, sequences = _planned(command, model) or _fitting(command, model)
    if not sequences or n_ctx * sequences > _MOST_CELLS:
        raise OutOfMemory(
            f"A context of {n_ctx} tokens for {model.name} does not fit the memory that is free.",
            hint="Close other programs, or choose a smaller model or context.",
        )
    # On a CPU, flash attention splits a long context into as many parts as there are threads when it decodes a token
    # (ggml-cpu/ops.cpp, use_split_kv_path), so the last bits of its sums follow the number of threads, which is
    # governed. Without it they do not: measured, 1 to 4 threads, 700 tokens. The price is about a tenth of the speed of
    # prefill (1B, 2 cores, 1,232 tokens: 119 against 131 tokens a second) and none of decoding's. An 8-bit cache needs
    # flash attention, and is never split.
    cpu_flash = command.kv_type == "q8_0"
    return ContextShape(
        n_ctx=n_ctx,
        sequences=sequences,
        chunk=command.ubatch or (_GPU_CHUNK if gpu else _CHUNK),
        kv_type=command.kv_type,
        threads=threads,
        flash_attention=None if gpu else cpu_flash,
        together=gpu,
    )
