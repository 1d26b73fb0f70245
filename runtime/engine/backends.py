"""ggml's backends: loaded from llama.cpp's own folder and from nowhere else, and the devices that they bring.

A build of llama.cpp whose backends are libraries of their own would look for them in the working directory, and run
whatever has the right name there; so they are loaded here, by their whole path, before llama.cpp looks.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as _bindings

from runtime.fit.memory import available_memory
from runtime.protocol import DeviceReport

FOLDER = Path(_bindings.__file__).resolve().parent / "lib"
"""Where llama.cpp's libraries are."""

ADDED = ("cuda", "hip", "vulkan", "sycl", "opencl")
"""Backends for GPUs that may be put beside a build which has its CPU built in."""

_CPU, _GPU, _INTEGRATED = 0, 1, 2  # enum ggml_backend_dev_type


def load_backends() -> None:
    """Load what is in llama.cpp's folder; call it before `llama_backend_init`. Raises RuntimeError without any CPU."""
    count = _function("ggml_backend_reg_count", ctypes.c_size_t)
    if not count():
        _function("ggml_backend_load_all_from_path", None, ctypes.c_char_p)(str(FOLDER).encode())
        if not count():  # llama.cpp would go on to look in the working directory
            raise RuntimeError(f"there is no backend of ggml in {FOLDER}")
        return
    load = _function("ggml_backend_load", ctypes.c_void_p, ctypes.c_char_p)
    for module in _modules():
        load(str(module).encode())


def backends() -> tuple[str, ...]:
    """The names of the backends that are loaded."""
    count = _function("ggml_backend_reg_count", ctypes.c_size_t)
    get = _function("ggml_backend_reg_get", ctypes.c_void_p, ctypes.c_size_t)
    name = _function("ggml_backend_reg_name", ctypes.c_char_p, ctypes.c_void_p)
    return tuple(_text(name(get(index))) for index in range(count()))


def devices() -> tuple[DeviceReport, ...]:
    """The GPUs and the CPU in ggml's order; without accelerators that have no memory, such as BLAS."""
    count = _function("ggml_backend_dev_count", ctypes.c_size_t)
    get = _function("ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)
    found = (_device(get(index)) for index in range(count()))
    return tuple(device for device in found if device is not None)


def gpu_name() -> str | None:
    """What the layers on a GPU are computed by, in its maker's words; None without one."""
    return next((device.name for device in devices() if device.backend != "CPU"), None)


def _device(handle: int) -> DeviceReport | None:
    kind = _function("ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)(handle)
    describe = _function("ggml_backend_dev_description", ctypes.c_char_p, ctypes.c_void_p)
    if kind == _CPU:
        # ggml says that all of the main memory is free.
        total, free = available_memory()
        return DeviceReport(backend="CPU", name=_text(describe(handle)), total=total, free=free)
    if kind not in (_GPU, _INTEGRATED):
        return None
    size = ctypes.c_size_t
    memory = _function("ggml_backend_dev_memory", None, ctypes.c_void_p, ctypes.POINTER(size), ctypes.POINTER(size))
    free_now, in_all = size(), size()
    memory(handle, ctypes.byref(free_now), ctypes.byref(in_all))
    backend = _function("ggml_backend_dev_backend_reg", ctypes.c_void_p, ctypes.c_void_p)(handle)
    return DeviceReport(
        backend=_text(_function("ggml_backend_reg_name", ctypes.c_char_p, ctypes.c_void_p)(backend)),
        name=_text(describe(handle)),
        total=in_all.value,
        free=free_now.value,
        integrated=kind == _INTEGRATED,
    )


def _modules() -> Iterator[Path]:
    """The libraries of further backends that were put into llama.cpp's folder."""
    prefix, ending = ("ggml-", ".dll") if sys.platform == "win32" else ("libggml-", ".so")
    linked = {name.lower() for name in backends()}
    for name in ADDED:
        module = FOLDER / f"{prefix}{name}{ending}"
        if name not in linked and module.is_file():
            yield module


@cache
def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of ggml's: found through libllama, which is linked to it; on Windows in libraries of their own.

    Only so is it the registry that llama.cpp uses: a wheel has copies of ggml in place of links.
    """
    for library in _libraries():
        function = getattr(library, name, None)
        if function is not None:
            function.restype, function.argtypes = result, arguments
            return function  # type: ignore[no-any-return]
    raise RuntimeError(f"llama.cpp has no {name}")


@cache
def _libraries() -> tuple[Any, ...]:
    names = ("ggml.dll", "ggml-base.dll") if sys.platform == "win32" else ()
    return (_bindings._lib, *(ctypes.CDLL(str(FOLDER / name)) for name in names))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()
