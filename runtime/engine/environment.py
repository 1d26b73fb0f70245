"""What has to be true of this process before llama.cpp is loaded into it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import BinaryIO

_PR_SET_PDEATHSIG = 1


def prepare_environment() -> None:
    """Set what the native libraries read from the environment; call it before `runtime.engine.native` is imported."""
    os.environ["GGML_NO_BACKTRACE"] = "1"  # or an abort starts a debugger to print a trace
    # How often GNU OpenMP's threads look before they sleep; its default is 300,000. Measured with a 1B model and two
    # threads on two cores, medians of four: 16 tokens a second against 12 beside a busy program, 32 against 32 without.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.pop("GGML_BACKEND_PATH", None)  # names a library that ggml would load and run
    if sys.platform == "win32":
        # llama_cpp adds their bin folders to the DLL search and fails when one is gone.
        os.environ.pop("CUDA_PATH", None)
        os.environ.pop("HIP_PATH", None)


def take_stdout() -> BinaryIO:
    """Return a private stream on what was standard output, and let standard output mean standard error from now on.

    Native code that prints would otherwise write into the middle of a frame.
    """
    private = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(private, os.O_BINARY)
    return os.fdopen(private, "wb")


def take_stdin() -> BinaryIO:
    """Return a private stream on what was standard input, and leave an empty one in its place."""
    private = os.dup(0)
    empty, end = os.pipe()  # a container of Windows has no null device
    os.close(end)
    os.dup2(empty, 0)
    os.close(empty)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(private, os.O_BINARY)
    return os.fdopen(private, "rb")


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere the end of standard input has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
