"""ggml's backends: loaded from llama.cpp's own folder and the user's, and from nowhere else; what devices they bring.

A build of llama.cpp whose backends are libraries of their own would look for them in the working directory, and run
whatever has the right name there; so they are loaded here, by their whole path, before llama.cpp looks.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from llama_cpp import __version__ as _bindings_version
from llama_cpp import llama_cpp as _bindings

from runtime.engine.loaded_library import library_at
from runtime.engine.modules import Module, find_modules
from runtime.fit.memory import available_memory
from runtime.protocol import DeviceReport, ModuleReport

FOLDER = Path(_bindings.__file__).resolve().parent / "lib"
"""Where llama.cpp's libraries are."""

_CPU, _GPU, _INTEGRATED = 0, 1, 2  # enum ggml_backend_dev_type
_VARIANT = re.compile(r"(?:lib)?ggml-cpu-(\w+)\.(?:so|dll)")

_added: list[Path] = []
_modules: list[ModuleReport] = []


def load_backends(added: Path | None = None) -> None:
    """Load what is in llama.cpp's folder, and what of the user's; call it before `llama_backend_init`.

    In the folder `added` there is one for each version of the bindings: a library for another one could be loaded, and
    would fail later. Raises RuntimeError without any CPU.
    """
    count = _function("ggml_backend_reg_count", ctypes.c_size_t)
    if not count():
        _function("ggml_backend_load_all_from_path", None, ctypes.c_char_p)(str(FOLDER).encode())
        if not count():  # llama.cpp would go on to look in the working directory
            raise RuntimeError(f"there is no backend of ggml in {FOLDER}")
    more = added / _bindings_version if added else None
    _added[:] = [more] if more else []
    _modules[:] = [_load(module) for module in find_modules(FOLDER, more)]


def place_for_more() -> Path:
    """Where the user puts further backends."""
    return (_added or [FOLDER])[0]


def modules() -> tuple[ModuleReport, ...]:
    """The libraries of backends for GPUs that were found, and what became of each."""
    return tuple(_modules)


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


def cpu_variant() -> str:
    """Which of the builds for processors ggml chose, such as "haswell"; "" where there is one for all."""
    count = _function("ggml_backend_reg_count", ctypes.c_size_t)
    get = _function("ggml_backend_reg_get", ctypes.c_void_p, ctypes.c_size_t)
    libraries = (library_at(get(index)).name for index in range(count()))
    return next((match[1] for name in libraries if (match := _VARIANT.fullmatch(name))), "")


def _load(module: Module) -> ModuleReport:
    report = ModuleReport(backend=module.backend, path=str(module.path), fault=module.fault)
    if module.fault or module.backend in backends():
        return report
    try:
        ctypes.CDLL(str(module.path))  # says what is missing, where ggml says only that it failed
    except OSError as error:
        why = error.__cause__ or error  # the frozen program's loader puts a sentence of its own over the system's
        return report.model_copy(update={"fault": f"{module.path} could not be loaded ({why})."})
    load = _function("ggml_backend_load", ctypes.c_void_p, ctypes.c_char_p)
    if not load(str(module.path).encode()):
        return report.model_copy(update={"fault": f"{module.path} found no driver that it can use."})
    return report


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
