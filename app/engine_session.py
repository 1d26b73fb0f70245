"""The one model of a session: checked at once, loaded by the engine when the first request needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from app.locations import Locations
from app.roles import role_command
from runtime.client import EngineClient
from runtime.errors import BadModelFile, RuntimeProblem
from runtime.model_file import ModelFacts, check_model
from runtime.pocket import POCKET_MODEL
from runtime.protocol import Loaded

LARGEST_CONTEXT = 8192
"""Tokens of context asked for. More costs memory and, on a CPU, time that a summary in parts does not need."""

SLOTS = 2
"""Sequences: one for what a person waits for beside one of a summary, which writes its pieces in turn."""


class EngineSession:
    """A model file and the engine that runs it.

    `facts` are read from the file's header when the session is made, so that plans, names and stored results are known
    without the engine; `fingerprint` is the SHA-256 of the file.
    """

    def __init__(self, model: Path, fingerprint: str, places: Locations, facts: ModelFacts) -> None:
        self.model = model
        self.fingerprint = fingerprint
        self.facts = facts
        self.loaded: Loaded | None = None
        self._client = EngineClient(
            role_command("engine"), work_dir=places.engine_folder, log_file=places.engine_log, reads=[model]
        )
        self._starting = asyncio.Lock()

    @property
    def name(self) -> str:
        return self.facts.name or self.model.stem

    @property
    def is_pocket(self) -> bool:
        """Whether this is our own small model, which can do only what it was trained for."""
        return self.model == POCKET_MODEL

    @property
    def n_ctx(self) -> int:
        return min(self.facts.n_ctx_train, LARGEST_CONTEXT)

    async def client(self) -> EngineClient:
        """The engine with the model loaded; the first call starts it.

        Raises RuntimeProblem when the engine does not start or cannot load the file.
        """
        async with self._starting:
            if self.loaded is None:
                self.loaded = await self._client.load(self.model, n_ctx=self.n_ctx, slots=SLOTS)
        return self._client

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        client = await self.client()
        return list(await client.count_tokens(texts))

    async def speed(self) -> float:
        """Tokens a second at the moment; 0.0 when the engine is idle or not there."""
        if self.loaded is None:
            return 0.0
        try:
            return (await self._client.stats()).tokens_per_second
        except RuntimeProblem:
            return 0.0  # whoever waits for the engine hears of it

    async def close(self) -> None:
        await self._client.close()


def open_session(model: Path, places: Locations, fingerprint_of: Callable[[Path], str]) -> EngineSession:
    """Check the file and make its session.

    `fingerprint_of` hashes the file, or knows its hash. Raises BadModelFile when the file is not one that writes.
    """
    facts = check_model(model)
    if facts.embeds:
        raise BadModelFile(f"{model.name} turns texts into vectors and writes none.", hint="Choose a chat model.")
    return EngineSession(model, fingerprint_of(model), places, facts)
