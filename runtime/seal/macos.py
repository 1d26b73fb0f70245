"""The seal that macOS holds: its sandbox, by a profile for each role (`runtime.seal.macos_profile`).

`sandbox_init` is marked as deprecated and is what browsers and others rest on; there is no other way for a process to
seal itself. A process that is in a sandbox takes no second one, so the launcher, which is in none, starts the others.
One that was started in a sandbox all the same keeps that, which is told here by asking the kernel.
"""

from __future__ import annotations

import ctypes
import os
import stat
from pathlib import Path
from typing import Any

from runtime.seal.macos_profile import profile
from runtime.seal.report import Grants, Role, SealFailed
from runtime.seal.system_files import program_files

_LIBRARY = "/usr/lib/libSystem.B.dylib"
_NO_FILTER = 0  # SANDBOX_FILTER_NONE of sandbox_check
_DESCRIPTORS = Path("/dev/fd")
_STANDARD_STREAMS = 3
NETWORK, FILES = "network by the kernel (sandbox)", "files by the kernel (sandbox)"
FETCHER = "TCP to the hosts' ports and name servers alone (sandbox)"
INHERITED = "no file that is closed to what started it (sandbox)"


def seal_by_kernel(role: Role, grants: Grants, system: Any = None) -> list[str]:
    """Seal this process; the sentences say what holds. Raises SealFailed when its network could not be closed.

    `system` is the system's library.
    """
    library = ctypes.CDLL(_LIBRARY, use_errno=True) if system is None else system
    _declare(library)
    _close_sockets(but=grants.line)
    if _is_in_sandbox(library):
        if not _is_denied(library, b"network-outbound"):
            raise SealFailed(f"This {role} is in a sandbox that lets it connect, so it does not start.")
        return [NETWORK, INHERITED]
    _apply(library, role, grants)
    if not _is_in_sandbox(library) or (role != "fetcher" and not _is_denied(library, b"network-outbound")):
        raise SealFailed(f"This {role} was not cut off from the network, so it does not start.")
    return [FETCHER if role == "fetcher" else NETWORK, FILES]


def _apply(library: Any, role: Role, grants: Grants) -> None:
    try:
        text = profile(role, grants, program_files())
    except ValueError as error:
        raise SealFailed(f"This {role} cannot be sealed: {error} is among what it may open.") from error
    problem = ctypes.c_char_p()
    if library.sandbox_init(text.encode(), 0, ctypes.byref(problem)):
        reason = (problem.value or b"no reason is given").decode("utf-8", "replace").strip()
        library.sandbox_free_error(problem)
        raise SealFailed(f"This {role} could not be cut off from the network ({reason}), so it does not start.")


def _declare(library: Any) -> None:
    """Arguments have to be declared: on Apple's processors those of a variadic function are passed elsewhere."""
    library.sandbox_init.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p)]
    library.sandbox_init.restype = ctypes.c_int
    library.sandbox_free_error.argtypes = [ctypes.c_char_p]
    library.sandbox_free_error.restype = None
    library.sandbox_check.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    library.sandbox_check.restype = ctypes.c_int


def _is_in_sandbox(library: Any) -> bool:
    return bool(library.sandbox_check(os.getpid(), None, _NO_FILTER) > 0)


def _is_denied(library: Any, operation: bytes) -> bool:
    return bool(library.sandbox_check(os.getpid(), operation, _NO_FILTER) > 0)


def _close_sockets(*, but: int | None) -> None:
    """A socket that was open before may still send."""
    for entry in list(_DESCRIPTORS.iterdir()):
        descriptor = int(entry.name)
        try:
            is_socket = stat.S_ISSOCK(os.fstat(descriptor).st_mode)
        except OSError:
            continue  # the one that listed them
        if is_socket and descriptor >= _STANDARD_STREAMS and descriptor != but:
            os.close(descriptor)
