"""A llama.cpp context: keys and values of several sequences, and every call that could abort checked before it is made.

Each sequence has key-value cells of its own (`kv_unified` off). Its tokens stand in the cells 0, 1, 2, ... in the order
of their positions whatever the other sequences do, and attention sums over the cells in their order; so what a sequence
computes does not depend, not even in its last bit, on what else is or was in the context. In a unified cache the place
of a token's cell follows from the history of all sequences, and each token is compared with the cells of all of them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.engine import native
from runtime.engine.batch import Batch
from runtime.engine.interrupt import Interrupt
from runtime.engine.model import Model
from runtime.engine.native import MAX_SEQUENCES, abort_callback, lib
from runtime.errors import EngineFailed, OutOfMemory

BYTES_PER_VALUE = {"f32": 4.0, "f16": 2.0, "q8_0": 34 / 32}
_KV_TYPES = {"f32": lib.GGML_TYPE_F32, "f16": lib.GGML_TYPE_F16, "q8_0": lib.GGML_TYPE_Q8_0}


class Outcome(Enum):
    """How a decode ended."""

    DONE = "done"
    ABORTED = "aborted"
    NO_ROOM = "no room"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ContextShape:
    """The sizes of a context. `n_ctx` is for one sequence; `chunk` is the most tokens in one decode."""

    n_ctx: int
    sequences: int
    chunk: int
    kv_type: str
    threads: int
    flash_attention: bool | None
    """None leaves it to llama.cpp."""
    together: bool = False
    """Whether one decode takes a token of each sequence, which is faster and makes results depend on each other."""


class Context:
    """Owns a `llama_context`. Not thread-safe: one thread makes all calls."""

    def __init__(self, model: Model, shape: ContextShape, interrupt: Interrupt) -> None:
        """Raises OutOfMemory when there is not enough memory, EngineFailed when the model cannot be run this way."""
        if not 1 <= shape.sequences <= MAX_SEQUENCES:
            raise ValueError(f"{shape.sequences} sequences")
        self.shape = shape
        self._n_vocab = model.n_vocab
        self._interrupt = interrupt  # native code holds the address of its flag
        native.forget_log()
        self.handle: Any = lib.llama_init_from_model(model.handle, _parameters(shape, interrupt))
        if not self.handle:
            raise _not_made(model, shape)
        self._memory: Any = lib.llama_get_memory(self.handle)
        self.n_ctx = int(lib.llama_n_ctx_seq(self.handle))
        self.batch = Batch(max(shape.chunk, shape.sequences))

    def close(self) -> None:
        if self.handle:
            lib.llama_free(self.handle)
        self.handle = None

    def decode(self) -> Outcome:
        """Compute what is in `batch`. Anything but DONE leaves the sequences in it cut somewhere; trim them."""
        batch = self.batch
        if not 0 < batch.size <= batch.capacity or batch.outputs > self.shape.sequences:
            raise ValueError(f"a batch of {batch.size} tokens with {batch.outputs} outputs")
        if batch.highest_sequence() >= self.shape.sequences:
            raise ValueError(f"no sequence {batch.highest_sequence()}")
        code = lib.llama_decode(self.handle, batch.native())
        return {0: Outcome.DONE, 1: Outcome.NO_ROOM, 2: Outcome.ABORTED}.get(code, Outcome.FAILED)

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits after the token at `index` of the last batch: a view that the next decode overwrites."""
        pointer = lib.llama_get_logits_ith(self.handle, index)
        if not pointer:
            raise EngineFailed(
                "The engine computed no answer.", hint="Try again; if it happens again, reload the model."
            )
        return np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))

    def length(self, sequence: int) -> int:
        """How many tokens the sequence holds."""
        return int(lib.llama_memory_seq_pos_max(self._memory, self._valid(sequence))) + 1

    def trim(self, sequence: int, length: int) -> bool:
        """Keep the first `length` tokens of a sequence; False, and none kept, when this model cannot cut there."""
        if self.length(sequence) <= length:
            return True
        if lib.llama_memory_seq_rm(self._memory, sequence, length, -1):
            return True
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return False

    def save(self, sequence: int) -> bytes:
        """The keys and values of a sequence, exact to the bit."""
        size = lib.llama_state_seq_get_size(self.handle, self._valid(sequence))
        buffer = (ctypes.c_uint8 * size)()
        written = lib.llama_state_seq_get_data(self.handle, buffer, size, sequence)
        return bytes(memoryview(buffer)[:written])

    def restore(self, sequence: int, state: bytes) -> bool:
        """Put back what `save` of this same context returned; False, and nothing held, when that failed."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if lib.llama_state_seq_set_data(self.handle, buffer, len(state), self._valid(sequence)):
            return True
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return False

    def set_adapters(self, adapters: Sequence[tuple[Any, float]]) -> None:
        """Let just these adapters of the model, each with its scale, change what is computed from now on."""
        count = len(adapters)
        handles = (lib.llama_adapter_lora_p_ctypes * count)(*(handle for handle, _ in adapters))
        scales = (ctypes.c_float * count)(*(scale for _, scale in adapters))
        if lib.llama_set_adapters_lora(self.handle, handles, count, scales):
            raise EngineFailed("The adapters could not be attached.", hint="Load the model again.")

    def set_threads(self, decode: int, prefill: int) -> None:
        if decode < 1 or prefill < 1:
            raise ValueError(f"{decode} and {prefill} threads")
        lib.llama_set_n_threads(self.handle, decode, prefill)

    def _valid(self, sequence: int) -> int:
        if not 0 <= sequence < self.shape.sequences:
            raise ValueError(f"no sequence {sequence}")
        return sequence


def _not_made(model: Model, shape: ContextShape) -> EngineFailed:
    if native.ran_out_of_memory():
        return OutOfMemory(
            f"There is not enough memory to run {model.name} with a context of {shape.n_ctx} tokens.",
            hint="Choose a smaller model or a smaller context.",
        )
    return EngineFailed(f"llama.cpp cannot run {model.name} this way.", hint="Choose another model.")


def _parameters(shape: ContextShape, interrupt: Interrupt) -> Any:
    parameters = lib.llama_context_default_params()
    parameters.n_ctx = shape.n_ctx * shape.sequences
    parameters.n_seq_max = shape.sequences
    parameters.n_batch = parameters.n_ubatch = max(shape.chunk, shape.sequences)
    # The default is n_batch rows of logits: 64 MB more of compute buffer with a vocabulary of 128,000.
    parameters.n_outputs_max = shape.sequences
    parameters.n_threads = parameters.n_threads_batch = shape.threads
    parameters.type_k = parameters.type_v = _KV_TYPES[shape.kv_type]
    parameters.flash_attn_type = {
        None: lib.LLAMA_FLASH_ATTN_TYPE_AUTO,
        False: lib.LLAMA_FLASH_ATTN_TYPE_DISABLED,
        True: lib.LLAMA_FLASH_ATTN_TYPE_ENABLED,
    }[shape.flash_attention]
    parameters.kv_unified = False
    parameters.no_perf = True
    parameters.abort_callback = abort_callback
    parameters.abort_callback_data = interrupt.address
    return parameters
