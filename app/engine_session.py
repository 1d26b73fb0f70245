"""The one model of a session: checked at once, loaded by the engine when the first request needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from app.locations import Locations
from app.model_fitting import ANYTHING, ModelFitting, smaller_models
from app.roles import role_command
from runtime.client import EngineClient
from runtime.errors import BadModelFile, RuntimeProblem
from runtime.fit import Wanted
from runtime.model_file import ModelFacts, check_model
from runtime.pocket import POCKET_MODEL
from runtime.protocol import Loaded


class EngineSession:
    """A model file and the engine that runs it.

    `facts` are read from the file's header when the session is made, so that plans, names and stored results are known
    without the engine; `fingerprint` is the SHA-256 of the file. `fitting` says how it is loaded.
    """

    def __init__(
        self, model: Path, fingerprint: str, places: Locations, facts: ModelFacts, fitting: ModelFitting
    ) -> None:
        self.model = model
        self.fingerprint = fingerprint
        self.facts = facts
        self.fitting = fitting
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
        """Tokens of context for one sequence: as loaded, or as it probably will be."""
        return self.fitting.n_ctx

    async def client(self) -> EngineClient:
        """The engine with the model loaded; the first call starts it.

        Raises RuntimeProblem when the engine does not start or cannot load the file, or when that does not fit.
        """
        async with self._starting:
            if self.loaded is None:
                self.loaded = await self.fitting.load(self._client, self.model)
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

    def take_notice(self) -> str:
        """What the user should know of how the model was loaded, once; "" when there is nothing to tell."""
        return self.fitting.take_notice()

    async def close(self) -> None:
        await self._client.close()


def open_session(
    model: Path, places: Locations, fingerprint_of: Callable[[Path], str], wanted: Wanted = ANYTHING
) -> EngineSession:
    """Check the file and make its session; `wanted` is what the user has set of the way it is loaded.

    `fingerprint_of` hashes the file, or knows its hash. Raises BadModelFile when the file is not one that writes.
    """
    facts = check_model(model)
    if facts.embeds:
        raise BadModelFile(f"{model.name} turns texts into vectors and writes none.", hint="Choose a chat model.")
    fitting = ModelFitting(facts, wanted, lambda: smaller_models(model, places))
    return EngineSession(model, fingerprint_of(model), places, facts, fitting)
