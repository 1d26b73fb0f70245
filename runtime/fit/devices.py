"""What a model can be computed on, and the memory that it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DeviceKind = Literal["metal", "cuda", "vulkan", "gpu", "cpu"]
"""`gpu` is one of another maker's backends (HIP, SYCL, OpenCL); `cpu` is the processor with the main memory."""

_SMALLEST_MARGIN, _LARGEST_MARGIN = 256 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Device:
    """One device; memory in bytes. `free` is what a new program may take without anything being swapped out."""

    kind: DeviceKind
    name: str
    total: int
    free: int
    integrated: bool = False
    """Whether its memory is a part of the main memory, as on a Mac: then what it takes is missing there."""

    @property
    def is_gpu(self) -> bool:
        return self.kind != "cpu"

    @property
    def takes_main_memory(self) -> bool:
        return self.kind in ("cpu", "metal") or self.integrated

    @property
    def usable(self) -> int:
        """Bytes for a model: `free` less an eighth of the whole, but at least 256 MiB and at most 1 GiB.

        The margin is for what is not planned: copies of instruction prefixes (up to 256 MiB), a desk that grows, the
        system's own needs. llama.cpp's own `--fit` leaves 1 GiB.
        """
        return max(0, self.free - min(_LARGEST_MARGIN, max(_SMALLEST_MARGIN, self.total // 8)))


def main_memory(devices: Sequence[Device]) -> Device:
    """The processor with the main memory. Raises ValueError when the list has none."""
    for device in devices:
        if device.kind == "cpu":
            return device
    raise ValueError("a list of devices without a processor")


def chosen_gpus(devices: Sequence[Device]) -> tuple[Device, ...]:
    """The GPUs that llama.cpp uses: all with memory of their own, or else the first that shares the main memory.

    Source: `llama_prepare_model_devices` in llama.cpp's src/llama.cpp. One that does not tell its memory is left out.
    """
    gpus = [device for device in devices if device.is_gpu and device.total > 0]
    own = tuple(device for device in gpus if not device.takes_main_memory)
    return own or tuple(gpus[:1])
