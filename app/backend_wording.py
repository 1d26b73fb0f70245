"""What models can be computed on here, in words, and how to add to it."""

from __future__ import annotations

from app.model_fitting import devices_of
from runtime.fit import Device
from runtime.fit.devices import chosen_gpus
from runtime.fit.wording import size
from runtime.protocol import DeviceList, ModuleReport
from tools.sanitise import sanitise

_NAMES = {"metal": "Metal", "cuda": "CUDA", "vulkan": "Vulkan", "gpu": "another GPU backend", "cpu": "CPU"}


def about_backends(answer: DeviceList, platform: str) -> str:
    """The backends that were found, the one that is chosen, and how to add one, for a system as `sys.platform` says."""
    devices = devices_of(answer)
    chosen = chosen_gpus(devices)
    found = "; ".join(_described(device, answer.cpu_variant) for device in devices)
    where = " and ".join(gpu.name for gpu in chosen) if chosen else "the CPU"
    how_to_add = _how_to_add(answer, chosen, platform)
    return " ".join(filter(None, [f"found {found}. Models run on {where}.", *_about_modules(answer), how_to_add]))


def _described(device: Device, cpu_variant: str) -> str:
    kernels = f", code for {cpu_variant}" if cpu_variant and device.kind == "cpu" else ""
    return f"{_NAMES[device.kind]} ({device.name}{kernels}, {size(device.free)} of {size(device.total)} free)"


def _about_modules(answer: DeviceList) -> list[str]:
    """What is wrong with the libraries of GPU backends that were found."""
    return [sentence for module in answer.modules if (sentence := _about(module, answer))]


def _about(module: ModuleReport, answer: DeviceList) -> str:
    if module.fault:
        return sanitise(module.fault)
    if any(device.backend == module.backend for device in answer.devices):
        return ""
    return f"The {module.backend} backend is there and finds no GPU: install your graphics card's driver."


def _how_to_add(answer: DeviceList, chosen: tuple[Device, ...], platform: str) -> str:
    if chosen:
        return "gpu_layers = 0 in settings.toml keeps them on the CPU."
    if platform == "darwin":
        return "A Mac with Apple silicon runs them on Metal, which is built in."
    there = {module.backend.casefold() for module in answer.modules if not module.fault}
    pattern = "ggml-{}.dll" if platform == "win32" else "libggml-{}.so"
    names = " or ".join(pattern.format(backend) for backend in ("vulkan", "cuda") if backend not in there)
    if not names:
        return ""
    return f"To use a GPU, put {names} for this version into {answer.folder}; packaging/README.md says how it is built."
