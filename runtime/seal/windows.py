"""The seal that Windows holds for the engine and the extractor: a container without a capability, and a job.

A process cannot enter a container, it is started in one. So either of these roles is two processes: the outer one,
which reads nothing that a stranger made, starts the same role again in the container, lends it its standard streams and
waits. When the outer one ends, however it does, the job ends the other. For the desk Windows has no seal that leaves it
its work: its Python code is held by the tripwire, which is said.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime.seal.passing import told
from runtime.seal.report import Role, SealFailed
from runtime.seal.system_files import program_files
from runtime.seal.windows_api import TOKEN_IS_APP_CONTAINER, TOKEN_QUERY, Windows, load_windows
from runtime.seal.windows_container import container
from runtime.seal.windows_job import make_job
from runtime.seal.windows_start import Start, run_contained

CONTAINED_ROLES: frozenset[Role] = frozenset({"engine", "extractor"})
NETWORK, FILES = "network by the kernel (AppContainer)", "files by the kernel (AppContainer)"
JOB = "no other program, no clipboard, no desktop (job)"
_INSIDE = "LLAMA_DESK_CONTAINED"
_EXTRACTOR_BYTES = 1024 * 2**20
"""What an extractor may commit: its own limit of resident memory, and the interpreter with its libraries."""


def run_in_container(role: Role, reads: Sequence[Path], command: Sequence[str]) -> int | None:
    """Run `command`, which starts `role`, in a container; returns its exit code. None when this process is in it.

    Raises SealFailed when there is no container to be had.
    """
    if role not in CONTAINED_ROLES:
        return None
    windows = load_windows()
    if is_in_container(windows):
        return None
    if os.environ.pop(_INSIDE, None):
        raise SealFailed(f"This {role} was started without its container, so it does not start.")
    try:
        return _run(windows, role, reads, command)
    except OSError as error:
        raise SealFailed(
            f"This {role} could not be put into a container of Windows ({error.strerror}), so it does not start."
        ) from error


def seal_by_kernel(role: Role, windows: Windows | None = None) -> list[str]:
    """What holds for this process, as Windows says. Raises SealFailed for a role that is to be in a container."""
    windows = windows or load_windows()
    if not is_in_container(windows):
        return []
    held = [NETWORK, FILES]
    inside = ctypes.c_int32()
    if not windows.kernel32.IsProcessInJob(windows.kernel32.GetCurrentProcess(), None, ctypes.byref(inside)):
        raise SealFailed(f"Windows does not say what holds this {role}, so it does not start.")
    return [*held, JOB] if inside.value else held


def is_in_container(windows: Windows) -> bool:
    """Whether this process runs with the rights of a container. Raises SealFailed when Windows does not say."""
    token = ctypes.c_void_p()
    if not windows.advapi32.OpenProcessToken(windows.kernel32.GetCurrentProcess(), TOKEN_QUERY, ctypes.byref(token)):
        raise SealFailed("Windows does not say what holds this process, so it does not start.")
    try:
        answer, length = ctypes.c_uint32(), ctypes.c_uint32()
        if not windows.advapi32.GetTokenInformation(
            token, TOKEN_IS_APP_CONTAINER, ctypes.byref(answer), ctypes.sizeof(answer), ctypes.byref(length)
        ):
            raise SealFailed("Windows does not say what holds this process, so it does not start.")
        return bool(answer.value)
    finally:
        windows.kernel32.CloseHandle(token)


def _run(windows: Windows, role: Role, reads: Sequence[Path], command: Sequence[str]) -> int:
    program, environment = _without_redirection(command, {**os.environ, **told(reads), _INSIDE: "1"})
    job = make_job(windows, _EXTRACTOR_BYTES if role == "extractor" else None)
    try:
        with container(windows, role, reads, program_files()) as sid:
            start = Start(program, environment, Path(program[0]).parent, _standard_streams())
            return run_contained(windows, start, sid, job)
    finally:
        windows.kernel32.CloseHandle(job)


def _without_redirection(command: Sequence[str], environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """In a virtual environment python.exe starts the real one as a second process, which the job does not let it.

    The real one knows its environment by a variable, as that of `multiprocessing` does.
    """
    real = getattr(sys, "_base_executable", sys.executable)
    if command[0] != sys.executable or real == sys.executable:
        return list(command), dict(environment)
    return [real, *command[1:]], {**environment, "__PYVENV_LAUNCHER__": sys.executable}


def _standard_streams() -> tuple[int, int, int]:
    """Their handles, which the process in the container inherits. Raises OSError."""
    if sys.platform == "win32":
        import msvcrt

        handles = [msvcrt.get_osfhandle(descriptor) for descriptor in (0, 1, 2)]
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        return handles[0], handles[1], handles[2]
    raise OSError("this system has none")
