"""The tokens of one decode, in arrays that native code reads."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.engine.native import lib


class Batch:
    """Room for a fixed number of tokens, filled anew for each decode; `native` is valid while this object lives."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._tokens = np.zeros(capacity, np.int32)
        self._positions = np.zeros(capacity, np.int32)
        self._sequences = np.zeros(capacity, np.int32)
        self._counts = np.ones(capacity, np.int32)
        self._outputs = np.zeros(capacity, np.int8)
        first, step = self._sequences.ctypes.data, self._sequences.itemsize
        self._sequence_pointers = np.array([first + step * index for index in range(capacity)], np.uintp)
        self.size = 0
        self.outputs = 0

    def clear(self) -> None:
        self.size = self.outputs = 0

    def add(self, tokens: Sequence[int], *, position: int, sequence: int, output: bool, every: bool = False) -> int:
        """Append consecutive tokens of a sequence; `output` asks for what is computed for the last one, or for `every`.

        Returns the index in the batch of the last token. Raises ValueError when they do not fit.
        """
        start, end = self.size, self.size + len(tokens)
        if not tokens or end > self.capacity:
            raise ValueError(f"{len(tokens)} tokens do not fit a batch of {self.capacity} that holds {start}")
        self._tokens[start:end] = tokens
        self._positions[start:end] = np.arange(position, position + len(tokens))
        self._sequences[start:end] = sequence
        self._outputs[start:end] = output and every
        self._outputs[end - 1] = output
        self.size = end
        self.outputs += len(tokens) if output and every else output
        return end - 1

    def highest_sequence(self) -> int:
        return int(self._sequences[: self.size].max(initial=-1))

    def native(self) -> Any:
        """This batch as llama.cpp's own struct."""
        batch = lib.llama_batch()
        batch.n_tokens = self.size
        batch.token = _pointer(self._tokens, ctypes.c_int32)
        batch.pos = _pointer(self._positions, ctypes.c_int32)
        batch.n_seq_id = _pointer(self._counts, ctypes.c_int32)
        batch.seq_id = _pointer(self._sequence_pointers, ctypes.POINTER(ctypes.c_int32))
        batch.logits = _pointer(self._outputs, ctypes.c_int8)
        return batch


def _pointer(array: np.ndarray[Any, Any], kind: Any) -> Any:
    return ctypes.cast(array.ctypes.data, ctypes.POINTER(kind))
