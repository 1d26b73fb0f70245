"""The one model of a session: checked at once, loaded by the engine when the first request needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from app.calibrations import Calibrations, measure_when_calm
from app.engine_start import engine_client
from app.locations import Locations
from app.model_choice import installed_additions
from app.model_fitting import ANYTHING, ModelFitting, smaller_models
from runtime.client import EngineClient
from runtime.errors import BadModelFile, RuntimeProblem
from runtime.fit import Wanted
from runtime.model_file import ModelFacts, check_adapter, check_model
from runtime.pocket import POCKET_MODEL
from runtime.protocol import Adapter, Loaded


@dataclass(frozen=True, slots=True)
class AdapterFile:
    """A LoRA adapter that fits the model; `fingerprint` is the SHA-256 of its file."""

    path: Path
    fingerprint: str


class EngineSession:
    """A model file and the engine that runs it.

    `facts` are read from the file's header when the session is made, so that plans, names and stored results are known
    without the engine; `model_fingerprint` is the SHA-256 of the file. `fitting` says how it is loaded.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing that makes a session what it is
        self,
        model: Path,
        fingerprint: str,
        places: Locations,
        facts: ModelFacts,
        fitting: ModelFitting,
        adapters: Sequence[AdapterFile] = (),
        calibrations: Calibrations | None = None,
    ) -> None:
        """`calibrations` keep how the model is best run here, which is measured when that is not known."""
        self._calibrations = calibrations
        self._measuring: asyncio.Task[None] | None = None
        self.model = model
        self.model_fingerprint = fingerprint
        self.facts = facts
        self.fitting = fitting
        self._adapters = tuple(adapters)
        self.loaded: Loaded | None = None
        self._places = places
        # The kernel lets the engine read what is named when it starts, and nothing later.
        self._readable = [model, *(adapter.path for adapter in adapters), *installed_additions(places)]
        self._client = self._make_client()
        self._starting = asyncio.Lock()

    @property
    def name(self) -> str:
        return " + ".join([self.facts.name or self.model.stem, *(adapter.path.stem for adapter in self._adapters)])

    @property
    def fingerprint(self) -> str:
        """What results are stored under: the model's own, or one of the model with its adapters."""
        if not self._adapters:
            return self.model_fingerprint
        parts = [self.model_fingerprint, *(adapter.fingerprint for adapter in self._adapters)]
        return sha256(" ".join(parts).encode()).hexdigest()

    @property
    def is_pocket(self) -> bool:
        """Whether this is our own small model, which can do only what it was trained for."""
        return self.model == POCKET_MODEL

    @property
    def n_ctx(self) -> int:
        """Tokens of context for one sequence: as loaded, or as it probably will be."""
        return self.fitting.n_ctx

    async def start(self) -> None:
        """Start the engine and load nothing. Raises RuntimeProblem when it does not start."""
        async with self._starting:
            await self._client.start()

    async def client(self) -> EngineClient:
        """The engine with the model loaded; the first call starts it.

        Raises RuntimeProblem when the engine does not start or cannot load the file, or when that does not fit.
        """
        async with self._starting:
            if self.loaded is None:
                known = await self._calibrations.known(self.model_fingerprint) if self._calibrations else None
                self.loaded = await self.fitting.load(
                    self._client, self.model, adapters=_sent(self._adapters), calibrated=known
                )
                if self._calibrations is not None and known is None:
                    self._measuring = asyncio.create_task(
                        measure_when_calm(self._client, self.model_fingerprint, self._calibrations)
                    )
        return self._client

    async def use_adapters(self, adapters: Sequence[AdapterFile]) -> None:
        """Let just these adapters change the model.

        It stays loaded, unless one is neither in the models folder nor was used in this session before: the engine may
        not read such a file, so another is started with the next question.
        Raises RuntimeProblem when the engine cannot use one of them: then nothing changes.
        """
        async with self._starting:
            more = [adapter.path for adapter in adapters if adapter.path not in self._readable]
            if more:
                self._readable += more
                await self._stop()
                self._client = self._make_client()
            elif self.loaded is not None:
                await self._client.set_adapters(_sent(adapters))
            self._adapters = tuple(adapters)

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

    def _make_client(self) -> EngineClient:
        return engine_client(self._places, self._readable)

    async def _stop(self) -> None:
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
        self._measuring, self.loaded = None, None
        await self._client.close()

    async def close(self) -> None:
        await self._stop()


def open_session(
    model: Path,
    places: Locations,
    fingerprint_of: Callable[[Path], str],
    adapters: Sequence[Path] = (),
    calibrations: Calibrations | None = None,
    *,
    wanted: Wanted = ANYTHING,
) -> EngineSession:
    """Check the file, and the LoRA adapters for it, and make its session.

    `wanted` is what the user has set of the way it is loaded.
    `fingerprint_of` hashes a file, or knows its hash. Raises BadModelFile when the file is not one that writes, or an
    adapter does not fit it.
    """
    facts = check_model(model)
    if facts.embeds:
        raise BadModelFile(f"{model.name} turns texts into vectors and writes none.", hint="Choose a chat model.")
    added = check_adapters(adapters, model, fingerprint_of)
    fitting = ModelFitting(facts, wanted, lambda: smaller_models(model, places))
    return EngineSession(model, fingerprint_of(model), places, facts, fitting, added, calibrations)


def check_adapters(adapters: Sequence[Path], model: Path, fingerprint_of: Callable[[Path], str]) -> list[AdapterFile]:
    """The adapters, which fit the model. Raises BadModelFile for one that does not."""
    for adapter in adapters:
        check_adapter(adapter, model)
    return [AdapterFile(adapter, fingerprint_of(adapter)) for adapter in adapters]


def _sent(adapters: Sequence[AdapterFile]) -> list[Adapter]:
    return [Adapter(path=str(adapter.path)) for adapter in adapters]
