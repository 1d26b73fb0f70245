"""How fast a model reads and writes on this machine, as the desk runs it: prompts that it has not read before."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from app.engine_session import EngineSession
from app.errors import DeskError
from runtime.protocol import Delta, Turn, Usage

WORDS = (
    "the",
    "lease",
    "rent",
    "deposit",
    "garden",
    "meeting",
    "budget",
    "of",
    "and",
    "ball",
    "tree",
    "invoice",
    "heating",
    "repair",
    "week",
    "euros",
    "paid",
)
"""A prime number of them, so that each step through them meets all."""
ASK = "Go on with this text, at length:"
_TEMPLATE = 30
"""Tokens, about, that a chat template puts around a question."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One prompt read and one answer written."""

    prompt_tokens: int
    """Of the prompt, those that had to be read: what all prompts begin with is read once."""
    prefill_seconds: float
    tokens: int
    decode_seconds: float
    first_seconds: float
    """From the request to the first word of the answer, or to its end where it has none."""


async def try_speed(session: EngineSession, prompt_tokens: int, tokens: int, runs: int) -> AsyncIterator[Trial]:
    """Let the model read about `prompt_tokens` and write at most `tokens`, so often.

    Raises DeskError when its context is too small for that, RuntimeProblem when the engine fails.
    """
    await session.client()
    if prompt_tokens + tokens > session.n_ctx:
        raise DeskError(
            f"{prompt_tokens:,} tokens and {tokens:,} more do not fit: {session.name} has a context of"
            f" {session.n_ctx:,} here.",
            title="Not tried",
            hint="Give a smaller --prompt or fewer --tokens.",
        )
    for number in range(runs):
        yield await _try_once(session, await _prompt(session, number, prompt_tokens), tokens)


async def _prompt(session: EngineSession, number: int, tokens: int) -> str:
    """As many words as make so many tokens; of another number in another order, from the first or second word on."""
    [asked, each] = await session.count_tokens([ASK, " ".join(WORDS)])
    count = max(1, (tokens - asked - _TEMPLATE) * len(WORDS) // each)
    step, first = divmod(number, len(WORDS))
    return " ".join([ASK, *(WORDS[(first + place * (step + 1)) % len(WORDS)] for place in range(count))])


async def _try_once(session: EngineSession, prompt: str, tokens: int) -> Trial:
    client = await session.client()
    asked = time.monotonic()
    first: float | None = None
    usage: Usage | None = None
    events = client.generate(turns=(Turn(role="user", content=prompt),), max_tokens=tokens)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Delta) and first is None:
                first = time.monotonic() - asked
            if isinstance(event, Usage):
                usage = event
    if usage is None:
        raise DeskError("The model was ended before it had written.", title="Not tried", hint="Try again.")
    return Trial(
        prompt_tokens=usage.prompt_tokens - usage.reused_tokens,
        prefill_seconds=usage.prefill_seconds,
        tokens=usage.tokens,
        decode_seconds=usage.decode_seconds,
        first_seconds=time.monotonic() - asked if first is None else first,
    )
