"""What a model takes on each device, for one way of loading it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from runtime.fit.devices import Device, chosen_gpus, main_memory
from runtime.fit.footprint import PROCESS, Footprint, KvType

CPU_UBATCH, GPU_UBATCH = 128, 512
"""Tokens computed in one call. More made no difference on a CPU (1B, two cores); a GPU wants more to be busy."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One way of loading a model."""

    gpu_layers: int
    """Of the model's layers, the last ones; the matrix of the output goes to the GPU with the first of them."""
    n_ctx: int
    sequences: int
    kv_type: KvType
    ubatch: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one device gets: how many layers, and the bytes that it needs."""

    device: Device
    layers: int
    needed: int

    @property
    def fits(self) -> bool:
        return self.needed <= self.device.usable


def shares_of(footprint: Footprint, devices: Sequence[Device], setup: Setup) -> tuple[Share, ...]:
    """The GPUs that get layers, in their order, and the main memory at the end.

    What a device that shares the main memory needs is counted there as well.
    """
    sizes, gpus = footprint.sizes, chosen_gpus(devices) if setup.gpu_layers else ()
    places = _places(len(sizes.layers), gpus, setup.gpu_layers)
    flash = bool(gpus) or setup.kv_type == "q8_0"  # as the engine chooses it
    compute = footprint.compute_bytes(setup.n_ctx, setup.ubatch, outputs=setup.sequences, flash=flash)
    compute += footprint.scratch_bytes(setup.n_ctx, setup.ubatch, kv_type=setup.kv_type, flash=flash)

    def layers_on(place: int) -> int:
        chosen = [layer for layer, at in zip(sizes.layers, places, strict=True) if at == place]
        return sum(
            layer.weights + footprint.layer_kv_bytes(layer, setup.n_ctx, setup.sequences, setup.kv_type)
            for layer in chosen
        )

    last = len(gpus) - 1
    shares = [
        Share(gpu, places.count(place), layers_on(place) + compute + (sizes.output if place == last else 0))
        for place, gpu in enumerate(gpus)
    ]
    memory = main_memory(devices)
    own = PROCESS + footprint.vocabulary + sizes.embedding + footprint.output_bytes(setup.sequences)
    own += layers_on(_CPU)
    own += compute if _CPU in places else footprint.input_bytes(setup.n_ctx, setup.ubatch)
    if not gpus and not sizes.tied:
        own += sizes.output
    for share in shares:
        if share.device.takes_main_memory:
            # Metal maps the file that the CPU has mapped: a matrix that both use is there once.
            own += share.needed - (sizes.output if sizes.tied and share.device.kind == "metal" else 0)
    return (*shares, Share(memory, places.count(_CPU), own))


_CPU = -1


def _places(layers: int, gpus: Sequence[Device], gpu_layers: int) -> list[int]:
    """Of each layer, the number of its GPU, or -1. Source: `llama_model_base::load_tensors` in llama-model.cpp.

    The last layers and the output are divided among the GPUs in proportion to their free memory.
    """
    if not gpus:
        return [_CPU] * layers
    ends = list(accumulate(gpu.free for gpu in gpus))
    shares = [end / max(1, ends[-1]) for end in ends]
    start, offloaded = layers - gpu_layers, gpu_layers + 1
    return [
        _CPU if layer < start else min(bisect_right(shares, (layer - start) / offloaded), len(gpus) - 1)
        for layer in range(layers)
    ]
