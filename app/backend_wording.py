"""What models can be computed on here, in words, and how to add to it."""

from __future__ import annotations

from app.model_fitting import devices_of
from runtime.fit import Device
from runtime.fit.devices import chosen_gpus
from runtime.fit.wording import size
from runtime.protocol import DeviceList

_NAMES = {"metal": "Metal", "cuda": "CUDA", "vulkan": "Vulkan", "gpu": "another GPU backend", "cpu": "CPU"}


def about_backends(answer: DeviceList, platform: str) -> str:
    """The backends that were found, the one that is chosen, and how to add one, for a system as `sys.platform` says."""
    devices = devices_of(answer)
    chosen = chosen_gpus(devices)
    found = "; ".join(_described(device) for device in devices)
    where = " and ".join(gpu.name for gpu in chosen) if chosen else "the CPU"
    return f"found {found}. Models run on {where}. {_how_to_add(answer, chosen, platform)}"


def _described(device: Device) -> str:
    return f"{_NAMES[device.kind]} ({device.name}, {size(device.free)} of {size(device.total)} free)"


def _how_to_add(answer: DeviceList, chosen: tuple[Device, ...], platform: str) -> str:
    if chosen:
        return "gpu_layers = 0 in settings.toml keeps them on the CPU."
    if platform == "darwin":
        return "A Mac with Apple silicon runs them on Metal, which is built in."
    names = "ggml-vulkan.dll or ggml-cuda.dll" if platform == "win32" else "libggml-vulkan.so or libggml-cuda.so"
    return f"To use a GPU, build {names} as packaging/README.md says and put it into {answer.folder}."
