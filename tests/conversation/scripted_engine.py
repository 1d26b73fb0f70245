"""An engine session whose model says what a test has written down, answer by answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from runtime.errors import RuntimeProblem
from runtime.protocol import Delta, Done, Tool, Turn


class Wait:
    """In a script: the model is still writing when the test looks."""


def call(name: str, **arguments: Any) -> str:
    """A call as Llama 3.2 writes it."""
    return json.dumps({"name": name, "parameters": arguments}, ensure_ascii=False)


class ScriptedEngine:
    """Fulfils what the assistant uses of a session and of its client; a token is a word."""

    name = "Scripted 1B"

    def __init__(self, *answers: str | RuntimeProblem | Wait, n_ctx: int = 4096, is_pocket: bool = False) -> None:
        self.answers = list(answers)
        self.n_ctx = n_ctx
        self.is_pocket = is_pocket
        self.asked: list[tuple[Turn, ...]] = []
        self.schemas: list[dict[str, Any] | None] = []
        self.closed = 0

    async def client(self) -> ScriptedEngine:
        return self

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    async def count_turns(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> int:
        return sum(len(turn.content.split()) for turn in turns)

    async def generate(
        self,
        *,
        turns: tuple[Turn, ...],
        max_tokens: int,
        tools: Sequence[Tool] = (),
        copied_from: str | None = None,
        json_schema: dict[str, Any] | None = None,
    ) -> AsyncGenerator[Any]:
        assert max_tokens > 0
        self.asked.append(turns)
        self.schemas.append(json_schema)
        assert (copied_from is not None) == (self.is_pocket and bool(tools))
        answer = self.answers.pop(0)
        try:
            if isinstance(answer, RuntimeProblem):
                raise answer
            if isinstance(answer, Wait):
                await asyncio.Event().wait()
            for part in (str(answer)[:3], str(answer)[3:]):
                yield Delta(request=1, text=part)
            yield Done(request=1, reason="stop")
        finally:
            self.closed += 1
