"""What the desk asks of the engine and has no answer to yet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from runtime.client.process import EngineProcess
from runtime.errors import BadModelFile, ContextOverflow, EngineFailed, OutOfMemory, RuntimeProblem
from runtime.protocol import (
    Calibrate,
    CountTokens,
    Delta,
    Devices,
    Done,
    Embed,
    Event,
    Failed,
    Generate,
    Load,
    Prefilled,
    Priority,
    Sampling,
    SetAdapters,
    Stats,
    Tool,
    Turn,
    Unload,
    Usage,
)


@dataclass(frozen=True, slots=True)
class Restarted:
    """The engine stopped and was started again: drop the text so far, the generation begins anew."""

    message: str
    """What happened, in a sentence."""


type GenerationEvent = Prefilled | Delta | Usage | Done | Restarted


class LoadOptions(TypedDict, total=False):
    """The fields of `runtime.protocol.Load` that its caller chooses, with the defaults that stand there."""

    n_ctx: int | None
    slots: int
    kv_type: Literal["f32", "f16", "q8_0"]
    threads: int | None
    gpu_layers: int | None
    ubatch: int | None


class GenerateOptions(TypedDict, total=False):
    """The fields of `runtime.protocol.Generate` that its caller chooses, with the defaults that stand there."""

    turns: Sequence[Turn]
    prompt: str | None
    max_tokens: int
    sampling: Sampling
    stop: Sequence[str]
    tools: Sequence[Tool]
    json_schema: dict[str, Any] | None
    copied_from: str | None
    words_of: str | None
    priority: Priority


type Request = Load | Unload | SetAdapters | Generate | Embed | CountTokens | Stats | Calibrate | Devices
"""The commands that are answered."""


class EngineDied(EngineFailed):
    """The process ended before it answered; for requests that are not simply asked again."""


@dataclass(slots=True)
class Pending:
    """One request, the process that knows of it, and what came back so far."""

    command: Request
    process: EngineProcess | None = None
    events: asyncio.Queue[Event | Restarted | RuntimeProblem] = field(default_factory=asyncio.Queue)

    @property
    def is_replayed(self) -> bool:
        """Whether it is asked again, as it was, when the engine has died; its model is brought back by other means."""
        return not isinstance(self.command, Load | Unload | SetAdapters | Calibrate)

    @property
    def is_cancellable(self) -> bool:
        """Whether it is long work that the engine stops when it is told to."""
        return isinstance(self.command, Generate | Embed | Calibrate)

    async def next(self) -> Event | Restarted:
        """The next event. Raises what went wrong instead."""
        event = await self.events.get()
        if isinstance(event, RuntimeProblem):
            raise event
        if isinstance(event, Failed):
            raise problem_of(event)
        return event


def problem_of(failed: Failed) -> RuntimeProblem:
    """The exception that the engine's refusal stands for."""
    kinds: dict[str, type[RuntimeProblem]] = {kind.title: kind for kind in (BadModelFile, ContextOverflow, OutOfMemory)}
    problem = kinds.get(failed.title, EngineFailed)(failed.message, hint=failed.hint)
    problem.title = failed.title
    return problem
