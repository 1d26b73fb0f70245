"""Loads a model in the best way that this machine has memory for, and says so when that is less than usual."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from app.locations import Locations
from app.model_choice import installed_models
from app.settings import Settings
from runtime.client import EngineClient
from runtime.errors import BadModelFile, EngineFailed, OutOfMemory
from runtime.fit import (
    DEFAULT_N_CTX,
    SMALLEST_N_CTX,
    Candidate,
    Device,
    DeviceKind,
    Plan,
    Refusal,
    Wanted,
    footprint_of,
    plan,
    possible_plans,
)
from runtime.fit.wording import tokens
from runtime.model_file import ModelFacts, check_model
from runtime.pocket import POCKET_MODEL
from runtime.protocol import Adapter, Calibrated, DeviceList, Loaded

SEQUENCES = 2
"""One for what a person waits for beside one of a summary, which writes its pieces in turn."""
ANYTHING = Wanted(sequences=SEQUENCES)

_KINDS: dict[str, DeviceKind] = {"CPU": "cpu", "CUDA": "cuda", "MTL": "metal", "Vulkan": "vulkan"}


def wanted_by(settings: Settings) -> Wanted:
    """What the user's settings say of how a model is loaded."""
    return Wanted(settings.context, SEQUENCES, settings.kv_type, settings.gpu_layers)


class ModelFitting:
    """The plan for one model: made when it is loaded, and replaced by a smaller one when loading fails for memory."""

    def __init__(self, facts: ModelFacts, wanted: Wanted, smaller: Callable[[], Sequence[Candidate]]) -> None:
        """`smaller` gives the models that may be named when this one does not fit; it is asked only then."""
        self._footprint = footprint_of(facts)
        self._wanted = wanted
        self._smaller = smaller
        self._notice = ""
        self.plan: Plan | None = None
        """How the model was loaded; None until then."""

    @property
    def n_ctx(self) -> int:
        """Tokens of context for one sequence: those of the plan; before there is one, those that main memory allows."""
        return self.plan.setup.n_ctx if self.plan else self._expected

    def take_notice(self) -> str:
        """What the user should know of the way the model was loaded, once; "" when there is nothing to tell."""
        notice, self._notice = self._notice, ""
        return notice

    async def load(
        self,
        client: EngineClient,
        model: Path,
        *,
        adapters: Sequence[Adapter] = (),
        calibrated: Calibrated | None = None,
    ) -> Loaded:
        """Load the model by the best plan that the engine's memory allows. Raises RuntimeProblem.

        `adapters` change it from its first answer on; `calibrated` is what was measured of it on this machine.
        That is OutOfMemory, with another model named, where no plan fits or none of those that fit can be carried out.
        """
        devices = devices_of(await client.devices())
        failed: OutOfMemory | None = None
        for possible in self._descending(devices):
            setup = possible.setup
            try:
                loaded = await client.load(
                    model,
                    adapters=adapters,
                    calibrated=calibrated,
                    n_ctx=setup.n_ctx,
                    slots=setup.sequences,
                    kv_type=setup.kv_type,
                    gpu_layers=setup.gpu_layers,
                    ubatch=setup.ubatch,
                )
            except OutOfMemory as problem:
                failed = problem
                continue
            self.plan = possible
            self._notice = self._told(possible, after_failure=failed is not None)
            return loaded
        raise failed or self._refused(devices)

    def _descending(self, devices: Sequence[Device]) -> Iterator[Plan]:
        """The plans that fit, each needing less than the one before: more of the same would fail again."""
        least: int | None = None
        for possible in possible_plans(self._footprint, devices, self._wanted):
            if least is None or possible.needed < least:
                least = possible.needed
                yield possible

    def _told(self, loaded: Plan, *, after_failure: bool) -> str:
        if after_failure:
            return f"There was less memory than it seemed: {self._footprint.name} runs {loaded.words()}."
        if loaded.setup.n_ctx < self._full:
            return (
                f"{self._footprint.name} with a context of {tokens(self._full)} tokens does not fit the memory that is"
                f" free, so it runs {loaded.words()}."
            )
        return ""

    def _refused(self, devices: Sequence[Device]) -> OutOfMemory:
        refusal = plan(self._footprint, devices, self._wanted, self._smaller())
        if isinstance(refusal, Refusal):
            return OutOfMemory(refusal.message, hint=refusal.hint)
        return OutOfMemory(f"{self._footprint.name} could not be loaded.", hint="Try again.")

    @property
    def _full(self) -> int:
        """Tokens of context when memory is no matter."""
        return min(self._wanted.n_ctx or DEFAULT_N_CTX, self._footprint.sizes.n_ctx_train or DEFAULT_N_CTX)

    @cached_property
    def _expected(self) -> int:
        from runtime.fit.memory import available_memory  # with it comes psutil, which a start need not wait for

        total, free = available_memory()
        likely = plan(self._footprint, [Device("cpu", "CPU", total, free)], self._wanted)
        return likely.setup.n_ctx if isinstance(likely, Plan) else min(self._full, SMALLEST_N_CTX)


def devices_of(answer: DeviceList) -> list[Device]:
    """The engine's devices as a plan takes them. Raises EngineFailed where the processor is not among them."""
    devices = [
        Device(_KINDS.get(device.backend, "gpu"), device.name, device.total, device.free, integrated=device.integrated)
        for device in answer.devices
    ]
    if not any(device.kind == "cpu" for device in devices):
        raise EngineFailed(
            "llama.cpp's code for this processor is not there, so no model runs.", hint="Install llama-desk again."
        )
    return devices


def smaller_models(model: Path, places: Locations) -> list[Candidate]:
    """The models on this machine that may be named in place of `model`."""
    candidates = []
    for path in [*installed_models(places), POCKET_MODEL]:
        try:
            facts = check_model(path)
        except BadModelFile:
            continue
        if path != model:
            name = "the pocket model" if path == POCKET_MODEL else path.stem
            candidates.append(Candidate(name, footprint_of(facts)))
    return candidates
