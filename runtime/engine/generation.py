"""The state of one generation, from its admission to its end."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.engine.detokenize import TextStream
from runtime.engine.prompts import Prompt
from runtime.engine.sampling import Sampler
from runtime.engine.slots import Chunk, Slot
from runtime.protocol import Generate, Priority, Usage


@dataclass(eq=False, slots=True)
class Generation:
    """A request, its prompt in chunks, and how far it has come."""

    command: Generate
    prompt: Prompt
    chunks: tuple[Chunk, ...]
    limit: int
    """Tokens that may be generated: what was asked for, or what the context has room for."""
    sampler: Sampler
    text: TextStream
    slot: Slot | None = None
    chunks_done: int = 0
    reused: int = 0
    tokens: int = 0
    next_token: int | None = None
    """The token that was chosen last and has not been decoded yet."""
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0

    @property
    def request(self) -> int:
        return self.command.request

    @property
    def priority(self) -> Priority:
        return self.command.priority

    @property
    def sure_slot(self) -> Slot:
        """The sequence of a running generation."""
        if self.slot is None:
            raise RuntimeError(f"request {self.request} is not running")
        return self.slot

    @property
    def sure_token(self) -> int:
        """The token to decode next, once the first has been chosen."""
        if self.next_token is None:
            raise RuntimeError(f"request {self.request} has chosen no token")
        return self.next_token

    @property
    def prefilled(self) -> bool:
        return self.chunks_done == len(self.chunks)

    @property
    def prompt_done(self) -> int:
        """Tokens of the prompt that the sequence holds."""
        return sum(map(len, self.chunks[: self.chunks_done]))

    @property
    def position(self) -> int:
        """Where the next token of the answer goes."""
        return len(self.prompt.tokens) + self.tokens - 1

    @property
    def instruction_chunks(self) -> tuple[Chunk, ...] | None:
        """The chunks done, if they are just the instruction prefix."""
        whole = self.prompt_done == self.prompt.instruction > 0
        return self.chunks[: self.chunks_done] if whole else None

    def usage(self) -> Usage:
        return Usage(
            request=self.request,
            prompt_tokens=len(self.prompt.tokens),
            reused_tokens=self.reused,
            tokens=self.tokens,
            prefill_seconds=self.prefill_seconds,
            decode_seconds=self.decode_seconds,
        )
