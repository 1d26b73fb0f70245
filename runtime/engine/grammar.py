"""A grammar that generated text has to follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from runtime.engine.model import Model
from runtime.engine.native import lib
from runtime.errors import EngineFailed

MOST_GBNF = 1 << 18
"""The most characters that a grammar may have."""
_HINT = "Ask for a simpler form."


class Grammar:
    """Owns a native grammar sampler. Only tokens that it allows may be accepted: another one would end the process."""

    def __init__(self, model: Model, gbnf: str) -> None:
        """Raises EngineFailed when the grammar cannot be parsed."""
        vocab = model.vocab
        self.handle: Any = lib.llama_sampler_init_grammar(vocab, gbnf.encode(), b"root") if gbnf.strip() else None
        if not self.handle:
            raise EngineFailed("The form asked for the answer could not be turned into a grammar.", hint=_HINT)
        self._one = _OneCandidate()

    def allows(self, token: int) -> bool:
        """Whether the text may go on with `token`."""
        return self._one.survives(self.handle, token)

    def accept(self, token: int) -> None:
        """Take `token` as the next of the text. Raises ValueError, and changes nothing, when it is not allowed."""
        if not self.allows(token):
            raise ValueError(f"token {token} does not follow the grammar")
        lib.llama_sampler_accept(self.handle, token)

    def close(self) -> None:
        if self.handle:
            lib.llama_sampler_free(self.handle)
        self.handle = None


class _OneCandidate:
    """A candidate array of one token, reused."""

    def __init__(self) -> None:
        self._data = lib.llama_token_data(0, 0.0, 0.0)
        self._array = lib.llama_token_data_array()

    def survives(self, sampler: Any, token: int) -> bool:
        self._data.id, self._data.logit = token, 0.0
        self._array.data = lib.llama_token_data_p(self._data)
        self._array.size, self._array.selected, self._array.sorted = 1, -1, False
        lib.llama_sampler_apply(sampler, self._array)
        return not np.isneginf(self._data.logit)
