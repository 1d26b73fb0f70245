"""Choosing the next token from the logits: greedy, or llama.cpp's own chain of samplers; with or without a grammar."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.engine.grammar import Grammar
from runtime.engine.native import lib
from runtime.protocol import Sampling

_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data
_PENALTY_WINDOW = 64


class Candidates:
    """The tokens still in the race, as the array that llama.cpp's samplers work on in place."""

    def __init__(self, ids: NDArray[np.int32], logits: NDArray[np.float32]) -> None:
        self._data = np.empty(len(ids), _TOKEN_DATA)
        self._data["id"], self._data["logit"], self._data["p"] = ids, logits, 0.0
        self.native: Any = lib.llama_token_data_array()
        self.native.data = ctypes.cast(self._data.ctypes.data, lib.llama_token_data_p)
        self.native.size = len(ids)
        self.native.selected = -1
        self.native.sorted = False

    def apply(self, sampler: Any) -> None:
        lib.llama_sampler_apply(sampler, ctypes.byref(self.native))

    def selected(self) -> int | None:
        """The token that the last sampler of a chain chose."""
        index = self.native.selected
        return int(self.native.data[index].id) if 0 <= index < self.native.size else None

    def best(self) -> int | None:
        """The token with the highest logit, the first of several; None when all have been masked."""
        index = int(self._data["logit"].argmax())
        return None if np.isneginf(self._data["logit"][index]) else int(self._data["id"][index])


class Sampler:
    """The choice of tokens for one generation."""

    def __init__(self, sampling: Sampling, n_vocab: int, grammar: Grammar | None = None) -> None:
        self._grammar = grammar
        self._chain: Any = None if sampling.temperature == 0.0 else _chain(sampling, n_vocab)

    def close(self) -> None:
        if self._chain:
            lib.llama_sampler_free(self._chain)
        self._chain = None
        if self._grammar:
            self._grammar.close()

    def choose(self, logits: NDArray[np.float32]) -> int | None:
        """The next token, remembered as part of the text; None when the grammar allows no token at all.

        The grammar is asked about the one token that was chosen freely. Only when it refuses that token is the whole
        vocabulary masked, which takes far longer.
        """
        token = self._pick(logits, masked=False)
        if self._grammar and (token is None or not self._grammar.allows(token)):
            token = self._pick(logits, masked=True)
        if token is None:
            return None
        if self._grammar:
            self._grammar.accept(token)
        if self._chain:
            lib.llama_sampler_accept(self._chain, token)
        return token

    def _pick(self, logits: NDArray[np.float32], *, masked: bool) -> int | None:
        if not self._chain and not masked:
            return int(logits.argmax())
        candidates = Candidates(np.arange(len(logits), dtype=np.int32), logits)
        if masked and self._grammar:
            candidates.apply(self._grammar.handle)
        if not self._chain or candidates.best() is None:
            return candidates.best()
        candidates.apply(self._chain)
        return candidates.selected()


def _chain(sampling: Sampling, n_vocab: int) -> Any:
    chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
    samplers = []
    if sampling.repeat_penalty != 1.0:
        samplers.append(lib.llama_sampler_init_penalties(n_vocab, _PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0))
    if sampling.top_k:
        samplers.append(lib.llama_sampler_init_top_k(sampling.top_k))
    if sampling.top_p < 1.0:
        samplers.append(lib.llama_sampler_init_top_p(sampling.top_p, 1))
    if sampling.min_p > 0.0:
        samplers.append(lib.llama_sampler_init_min_p(sampling.min_p, 1))
    samplers.append(lib.llama_sampler_init_temp(sampling.temperature))
    samplers.append(lib.llama_sampler_init_dist(sampling.seed))
    for sampler in samplers:
        lib.llama_sampler_chain_add(chain, sampler)
    return chain
