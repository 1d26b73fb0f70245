"""The one door to llama.cpp: its ctypes bindings, its log, and the abort callback that costs nothing.

Importing this module loads the native libraries, so `environment.prepare_environment` has to run before it.
"""

from __future__ import annotations

import ctypes
import sys
from collections import deque
from typing import Any

from llama_cpp import __version__ as bindings_version
from llama_cpp import llama_cpp as _bindings

lib: Any = _bindings
"""llama.cpp's C interface. Its own type hints describe ctypes objects that its functions do not return."""

BUILD = f"llama-cpp-python {bindings_version}"
MAX_SEQUENCES = 256  # LLAMA_MAX_SEQ in llama.cpp's src/llama-cparams.h

_WARNING, _ERROR, _CONTINUATION = 3, 4, 5  # GGML_LOG_LEVEL_*
_GPU_KINDS = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU and _IGPU

_recent: deque[str] = deque(maxlen=50)
_last_level = 0


def _log(level: int, text: bytes | None, _data: object) -> None:
    global _last_level  # noqa: PLW0603 - a continuation line carries no level of its own
    _last_level = _last_level if level == _CONTINUATION else level
    if text is None or _last_level not in (_WARNING, _ERROR):
        return
    line = text.decode("utf-8", "replace")
    _recent.append(line)
    sys.stderr.write(line)


_log_callback = lib.llama_log_callback(_log)  # native code calls it for as long as the process lives


def start() -> None:
    """Start llama.cpp's backend once for this process, with its log going to standard error."""
    lib.llama_log_set(_log_callback, None)
    lib.llama_backend_init()


def recent_log() -> str:
    """The last warnings and errors of llama.cpp, oldest first."""
    return "".join(_recent).strip()


def device_name() -> str:
    """What the model runs on: a GPU's own name, or "CPU"."""
    if not lib.llama_supports_gpu_offload():
        return "CPU"
    library = lib._lib
    try:
        count, get = library.ggml_backend_dev_count, library.ggml_backend_dev_get
        kind, describe = library.ggml_backend_dev_type, library.ggml_backend_dev_description
    except AttributeError:  # on Windows these live in another DLL
        return "GPU"
    count.restype, get.restype, describe.restype = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_char_p
    get.argtypes, kind.argtypes, describe.argtypes = [ctypes.c_size_t], [ctypes.c_void_p], [ctypes.c_void_p]
    for index in range(count()):
        device = get(index)
        if kind(device) in _GPU_KINDS:
            return str(describe(device).decode("utf-8", "replace"))
    return "CPU"


def runs_on_gpu() -> bool:
    """Whether layers of a model are offloaded."""
    return device_name() != "CPU"


def _strlen() -> Any:
    library = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
    return library.strlen


# llama.cpp asks this function, once for each node of the graph, whether to stop. A Python callback would need the GIL
# each time and slow decoding down twentyfold when another thread is busy; strlen of a two-byte buffer answers 0 or 1.
abort_callback = ctypes.cast(_strlen(), lib.ggml_abort_callback)
