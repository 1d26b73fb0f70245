"""The plan by which a model is loaded: on which devices, with how much context, in which form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runtime.fit.devices import Device, chosen_gpus
from runtime.fit.footprint import Footprint, KvType
from runtime.fit.needs import CPU_UBATCH, GPU_UBATCH, Setup, Share, shares_of
from runtime.fit.wording import size, tokens, used_of

DEFAULT_N_CTX = 8192
SMALLEST_N_CTX = 2048
"""A context below this is of no use for a summary or a conversation with tools."""
_ENOUGH_N_CTX = 4096  # below this, layers leave the GPU before more of the context goes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. What is None is chosen; the context is made smaller when it does not fit."""

    n_ctx: int | None = None
    """Tokens for one sequence."""
    sequences: int = 2
    kv_type: KvType | None = None
    gpu_layers: int | None = None
    ubatch: int | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another model, to be named when one does not fit."""

    name: str
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class Plan:
    """How to load a model. It fits every device that it uses, as `shares` says."""

    model: str
    layers: int
    setup: Setup
    threads: int | None
    """None leaves it to the engine: one for each physical core."""
    shares: tuple[Share, ...]

    @property
    def on_gpu(self) -> bool:
        return self.setup.gpu_layers > 0

    @property
    def needed(self) -> int:
        """Bytes in all, those of a GPU that shares the main memory once."""
        *gpus, main = self.shares
        return main.needed + sum(share.needed for share in gpus if not share.device.takes_main_memory)

    def words(self) -> str:
        """For a person: "22 of 28 layers on the GPU, 8k context, 2.9 of 4 GB"."""
        where = f"{self.setup.gpu_layers} of {self.layers} layers on the GPU" if self.on_gpu else "on the CPU"
        kept = ", kept in 8 bits" if self.setup.kv_type == "q8_0" else ""
        shown = self.shares[:-1] or self.shares
        memory = " and ".join(used_of(share.needed, share.device.total) for share in shown)
        main = self.shares[-1]
        if self.on_gpu and not any(share.device.takes_main_memory for share in shown):
            memory += f", and {used_of(main.needed, main.device.total)} of main memory"
        return f"{where}, {tokens(self.setup.n_ctx)} context{kept}, {memory}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a model cannot be loaded, with the arithmetic, and what to use instead."""

    message: str
    hint: str
    needed: int
    """Bytes of main memory that the smallest way of loading it needs."""
    usable: int


def plan(
    footprint: Footprint, devices: Sequence[Device], wanted: Wanted, smaller: Sequence[Candidate] = ()
) -> Plan | Refusal:
    """The best plan that fits; or a refusal that names the largest of the `smaller` models that does."""
    for possible in possible_plans(footprint, devices, wanted):
        return possible
    return _refusal(footprint, devices, wanted, smaller)


def possible_plans(footprint: Footprint, devices: Sequence[Device], wanted: Wanted) -> Iterator[Plan]:
    """Every plan that fits, the best first: what is tried in turn when loading fails all the same."""
    for setup in _setups(footprint, devices, wanted):
        shares = shares_of(footprint, devices, setup)
        if all(share.fits for share in shares):
            yield Plan(footprint.name, len(footprint.sizes.layers), setup, wanted.threads, shares)


def _setups(footprint: Footprint, devices: Sequence[Device], wanted: Wanted) -> Iterator[Setup]:
    """The ways of loading a model, the best first.

    On the GPU whole: with the full context in 16 bits, in 8 bits, then with less context down to 4k. Then with fewer
    layers on the GPU, in 8 bits: the full context first, then less. Then on the CPU alone, with less and less context.
    """
    layers = len(footprint.sizes.layers)
    most = layers if wanted.gpu_layers is None else min(wanted.gpu_layers, layers)
    most = most if chosen_gpus(devices) else 0
    contexts, forms = _contexts(footprint, wanted), _forms(footprint, wanted)

    def setup(gpu_layers: int, n_ctx: int, kv_type: KvType) -> Setup:
        ubatch = wanted.ubatch or (GPU_UBATCH if gpu_layers else CPU_UBATCH)
        return Setup(gpu_layers, n_ctx, wanted.sequences, kv_type, ubatch)

    enough = [n_ctx for n_ctx in contexts if n_ctx >= _ENOUGH_N_CTX] or contexts[:1]
    if most:
        yield from (setup(most, contexts[0], form) for form in forms[:-1])
        yield from (setup(most, n_ctx, forms[-1]) for n_ctx in enough)
        if wanted.gpu_layers is None:
            yield from (setup(fewer, n_ctx, forms[-1]) for n_ctx in enough for fewer in range(most - 1, 0, -1))
    if wanted.gpu_layers:
        yield from (setup(most, n_ctx, forms[-1]) for n_ctx in contexts if most and n_ctx not in enough)
    if not most or wanted.gpu_layers is None:
        yield from (setup(0, contexts[0], form) for form in forms[:-1])
        yield from (setup(0, n_ctx, forms[-1]) for n_ctx in contexts)


def _contexts(footprint: Footprint, wanted: Wanted) -> list[int]:
    """The full context and its halves, in multiples of 256 tokens, down to the smallest that is of use."""
    full = min(wanted.n_ctx or DEFAULT_N_CTX, footprint.sizes.n_ctx_train or DEFAULT_N_CTX)
    contexts = [full]
    while contexts[-1] > SMALLEST_N_CTX:
        contexts.append(max(SMALLEST_N_CTX, contexts[-1] // 2 // 256 * 256))
    return contexts


def _forms(footprint: Footprint, wanted: Wanted) -> list[KvType]:
    if wanted.kv_type is not None:
        return [wanted.kv_type]
    return ["f16", "q8_0"] if footprint.takes_8_bits else ["f16"]


def _refusal(footprint: Footprint, devices: Sequence[Device], wanted: Wanted, smaller: Sequence[Candidate]) -> Refusal:
    *_, least = _setups(footprint, devices, wanted)
    shares = shares_of(footprint, devices, least)
    short = next(share for share in shares if not share.fits)
    memory = "memory" if short.device.kind == "cpu" else f"memory of {short.device.name}"
    kv = footprint.kv_bytes(least.n_ctx, least.sequences, least.kv_type)
    message = (
        f"{footprint.name} needs {size(short.needed)} of {memory} even with a context of {tokens(least.n_ctx)} tokens"
        f" ({size(footprint.weights)} are its weights and {size(kv)} its context), and {size(short.device.usable)} of"
        f" {size(short.device.total)} can be used now."
    )
    return Refusal(message, _hint(devices, wanted, smaller, footprint.weights), short.needed, short.device.usable)


def _hint(devices: Sequence[Device], wanted: Wanted, smaller: Sequence[Candidate], size_of_this: int) -> str:
    lighter = [one for one in smaller if one.footprint.weights < size_of_this]
    for candidate in sorted(lighter, key=lambda one: one.footprint.weights, reverse=True):
        if next(possible_plans(candidate.footprint, devices, Wanted(sequences=wanted.sequences)), None):
            return f"Use {candidate.name}, which fits, or close other programs."
    return "Close other programs, or choose a smaller model."
