"""A container of Windows (AppContainer) for one role and one set of files: no network, and no file but these.

Its name follows from what it may read, so a container can only ever read what it was made for, whatever an ended
process left behind. It is made when its first process starts and removed after its last; a process that was killed
leaves that to the next one of its kind.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from runtime.seal.report import Role
from runtime.seal.windows_api import ALREADY_EXISTS, INFINITE, OPEN_MUTEX, Windows
from runtime.seal.windows_files import let_every_container_read, let_read, let_read_no_more

_TURN = "Local\\llama-desk-containers"


def container_name(role: Role, reads: Sequence[Path]) -> str:
    """At most 64 letters, digits and dots."""
    paths = "\n".join(sorted(str(path).casefold() for path in reads))
    return f"llama-desk.{role}.{hashlib.sha256(paths.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


@contextmanager
def container(windows: Windows, role: Role, reads: Sequence[Path], program: Sequence[Path]) -> Iterator[int]:
    """The SID of the container while it is needed. `program` is what every role reads to run. Raises OSError."""
    name = container_name(role, reads)
    there = [path for path in reads if path.exists()]
    with _turn(windows):
        presence = windows.kernel32.CreateMutexW(None, 0, _presence(name))
        if not presence:
            raise windows.last_error()
        sid = _made(windows, name)
        for path in program:
            let_every_container_read(windows, path)
        for path in there:
            let_read(windows, path, sid)
    try:
        yield sid
    finally:
        with _turn(windows):
            windows.kernel32.CloseHandle(presence)
            if not _is_used(windows, name):
                _remove(windows, name, sid, there)
            windows.advapi32.FreeSid(sid)


def _made(windows: Windows, name: str) -> int:
    sid = ctypes.c_void_p()
    result = _unsigned(windows.userenv.CreateAppContainerProfile(name, name, name, None, 0, ctypes.byref(sid)))
    if result == ALREADY_EXISTS:
        result = _unsigned(windows.userenv.DeriveAppContainerSidFromAppContainerName(name, ctypes.byref(sid)))
    if result or not sid.value:
        raise OSError(result, f"no container can be made, 0x{result:08X}")
    return sid.value


def _remove(windows: Windows, name: str, sid: int, reads: Sequence[Path]) -> None:
    for path in reads:
        with suppress(OSError):  # it was moved, or its owner has changed meanwhile; the container is gone all the same
            let_read_no_more(windows, path, sid)
    windows.userenv.DeleteAppContainerProfile(name)


def _is_used(windows: Windows, name: str) -> bool:
    """Whether another process holds it: what a killed one held, the system has closed."""
    found = windows.kernel32.OpenMutexW(OPEN_MUTEX, 0, _presence(name))
    if found:
        windows.kernel32.CloseHandle(found)
    return bool(found)


def _presence(name: str) -> str:
    return f"Local\\{name}"


@contextmanager
def _turn(windows: Windows) -> Iterator[None]:
    """One process at a time makes and removes containers."""
    mutex = windows.kernel32.CreateMutexW(None, 0, _TURN)
    if not mutex:
        raise windows.last_error()
    try:
        windows.kernel32.WaitForSingleObject(mutex, INFINITE)  # one that died in its turn has ended it
        try:
            yield
        finally:
            windows.kernel32.ReleaseMutex(mutex)
    finally:
        windows.kernel32.CloseHandle(mutex)


def _unsigned(result: int) -> int:
    """An HRESULT as it is written in the documentation."""
    return result & 0xFFFFFFFF
