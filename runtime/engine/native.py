"""The one door to llama.cpp: its ctypes bindings, its log, and the abort callback that costs nothing.

Importing this module loads the native libraries, so `environment.prepare_environment` has to run before it.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections import deque
from pathlib import Path
from typing import Any

from llama_cpp import __version__ as bindings_version
from llama_cpp import llama_cpp as _bindings

from runtime.engine.backends import load_backends

lib: Any = _bindings
"""llama.cpp's C interface. Its own type hints describe ctypes objects that its functions do not return."""

BUILD = f"llama-cpp-python {bindings_version}"
MAX_SEQUENCES = 256  # LLAMA_MAX_SEQ in llama.cpp's src/llama-cparams.h

_NO_MEMORY = re.compile(r"alloc|out of memory|OutOf\w*Memory|mmap failed|insufficient memory", re.IGNORECASE)

_WARNING, _ERROR, _CONTINUATION = 3, 4, 5  # GGML_LOG_LEVEL_*

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


def start(more_backends: Path | None = None) -> None:
    """Start llama.cpp's backend once for this process, with its log going to standard error.

    `more_backends` is the folder of those that the user has added.
    """
    lib.llama_log_set(_log_callback, None)
    load_backends(more_backends)
    lib.llama_backend_init()


def recent_log() -> str:
    """The last warnings and errors of llama.cpp, oldest first."""
    return "".join(_recent).strip()


def forget_log() -> None:
    """Begin anew, so that `recent_log` is about what comes next."""
    _recent.clear()


def ran_out_of_memory() -> bool:
    """Whether llama.cpp's last warnings and errors say that there was not enough memory."""
    return _NO_MEMORY.search(recent_log()) is not None


def _strlen() -> Any:
    library = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
    return library.strlen


# llama.cpp asks this function, once for each node of the graph, whether to stop. A Python callback would need the GIL
# each time and slow decoding down twentyfold when another thread is busy; strlen of a two-byte buffer answers 0 or 1.
abort_callback = ctypes.cast(_strlen(), lib.ggml_abort_callback)
