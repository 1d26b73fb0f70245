"""The one place where a process gives up what its role does not need, before its first thread starts."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Role = Literal["launcher", "desk", "engine", "extractor"]


@dataclass(frozen=True, slots=True)
class Grants:
    """The folders and files that a role may open; everything else is closed to it once sealed."""

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class SealReport:
    """What holds for this process from now on, and what this platform could not enforce."""

    role: Role
    enforced: tuple[str, ...]
    missing: tuple[str, ...]


NETWORK_EVENTS = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)


def seal(role: Role, grants: Grants) -> SealReport:
    """Seal this process for `role`; call it once, before any thread starts and before user data is opened.

    Enforced here: no core dumps, files made by this process are private, and a tripwire on Python's socket calls.
    The tripwire does not see native code, so the kernel's own limits on network and files are reported as missing.
    """
    os.umask(0o077)
    enforced = ["files private to this user", "socket calls of Python code refused"]
    if _no_core_dumps():
        enforced.append("no core dumps")
    sys.addaudithook(_refuse_network)
    return SealReport(role, tuple(enforced), ("network by the kernel", "files by the kernel"))


def _no_core_dumps() -> bool:
    if sys.platform == "win32":
        return False
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    return True


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in NETWORK_EVENTS and not _is_own_socket_pair(event, arguments):
        raise PermissionError(f"llama-desk opens no connection; refused: {event}")


def _is_own_socket_pair(event: str, arguments: tuple[object, ...]) -> bool:
    """Windows has no socket pairs: Python's event loop makes its own over the loopback address."""
    if sys.platform == "win32" and event in {"socket.bind", "socket.connect"}:
        address = arguments[1]
        return isinstance(address, tuple) and address[0] in {"127.0.0.1", "::1"}
    return False
