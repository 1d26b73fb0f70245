"""The speed of the engine: what it counts, and the number of threads that follows from it."""

from __future__ import annotations

import time
from collections import deque

from runtime.engine.context import Context
from runtime.engine.threads import Governor

_WINDOW = 5.0  # seconds over which the decode speed is taken


class Pace:
    """Counts tokens and seconds and governs the threads, apart for prefill and decoding, which suffer differently."""

    def __init__(self, most_threads: int, *, decode: int | None = None, prefill: int | None = None) -> None:
        """`decode` and `prefill` are the numbers of threads to begin with, where they are known."""
        self._decode = Governor(most_threads, first=decode)
        # A chunk is a mean over many tokens already; a trial of fewer threads makes somebody wait a second longer.
        self._prefill = Governor(most_threads, enough=1, patience=10.0, first=prefill)
        self._recent: deque[tuple[float, int, float]] = deque()
        self.prompt_tokens = 0
        self.reused_tokens = 0
        self.tokens = 0

    @property
    def threads(self) -> int:
        """Threads that decode now."""
        return self._decode.threads

    def apply(self, context: Context) -> None:
        """Let the context compute with these threads."""
        context.set_threads(self._decode.threads, self._prefill.threads)

    def prompt(self, *, reused: int) -> None:
        self.prompt_tokens += reused
        self.reused_tokens += reused

    def prefilled(self, context: Context, seconds: float, tokens: int) -> None:
        self.prompt_tokens += tokens
        if tokens * 2 >= context.shape.chunk:  # a short chunk takes longer for each of its tokens
            self._prefill.observe(seconds, tokens)
            self.apply(context)

    def decoded(self, context: Context, seconds: float, tokens: int) -> None:
        self._recent.append((time.monotonic(), tokens, seconds))
        self._decode.observe(seconds)
        self.apply(context)

    def tokens_per_second(self) -> float:
        """Decode speed over the last seconds; 0.0 when nothing was decoded in them."""
        oldest = time.monotonic() - _WINDOW
        while self._recent and self._recent[0][0] < oldest:
            self._recent.popleft()
        seconds = sum(entry[2] for entry in self._recent)
        return sum(entry[1] for entry in self._recent) / seconds if seconds else 0.0
