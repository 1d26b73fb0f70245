"""The one place where a process gives up what its role does not need, before its first thread starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from runtime.seal.report import Grants, Role, SealFailed, SealReport
from runtime.seal.tripwire import NETWORK_EVENTS, refuse_connections

__all__ = ["NETWORK_EVENTS", "Grants", "Role", "SealFailed", "SealReport", "is_cut_off", "seal", "sealed"]

_held: list[SealReport] = []
NETWORK, FILES = "network by the kernel", "files by the kernel"
TCP, UDP = "TCP to the hosts' ports", "where UDP goes, which asks name servers"


def seal(role: Role, grants: Grants, note: Callable[[str, str], None] = lambda event, code: None) -> SealReport:
    """Seal this process for `role`; call it once, before any thread starts and before user data is opened.

    Everywhere: files made by this process are private, there are no core dumps, and Python's socket calls raise.
    On Linux the kernel takes away every socket, other processes' memory, new privileges, and all files but the grants
    and what a program needs to run; none starts a program either. The fetcher keeps the internet's
    sockets: its Python code is held to the hosts that are granted, and by the kernel TCP leads to their ports alone.
    On macOS its sandbox does. On Windows the engine and the extractor were
    started in a container (`runtime.seal.windows`), and there is nothing for the others.
    The keyring's process keeps Unix sockets, by which it speaks to the system's keyring.
    What this platform could not enforce is in the report. `note` is told of each connection that Python code tries to
    open: the event, and which code. Raises SealFailed where it promises to and did not: then nothing must be opened.
    """
    os.umask(0o077)
    python = "socket calls of Python code refused" if role != "fetcher" else "Python code held to a download's hosts"
    enforced, missing = ["files private to this user", python], [NETWORK, FILES]
    if _no_core_dumps():
        enforced.append("no core dumps")
    if role != "launcher":
        by_kernel = _seal_by_kernel(role, grants)
        enforced += by_kernel
        missing = [one for one in missing if not any(held.startswith(one) for held in by_kernel)]
        if any(held.startswith(TCP) for held in by_kernel):
            missing[missing.index(NETWORK)] = UDP
    if role == "fetcher":
        from runtime.fetch.tripwire import hold_to_download

        hold_to_download(grants.hosts, grants.write)
    else:
        refuse_connections(note, local=role == "keyring")
    _held.append(SealReport(role, tuple(enforced), tuple(missing)))
    return _held[-1]


def _seal_by_kernel(role: Role, grants: Grants) -> list[str]:
    """Let this system's kernel hold the process to its role; the sentences say what it holds."""
    if sys.platform == "linux":
        from runtime.seal.linux import seal_by_kernel

        held = seal_by_kernel(role, grants)
    elif sys.platform == "darwin":
        from runtime.seal.macos import seal_by_kernel

        held = seal_by_kernel(role, grants)
    elif sys.platform == "win32":
        from runtime.seal.windows import seal_by_kernel

        held = seal_by_kernel(role)
    else:
        held = []
    return held


def sealed() -> SealReport | None:
    """What holds for this process; None when it was never sealed."""
    return _held[-1] if _held else None


def is_cut_off() -> bool:
    """Whether the kernel keeps this process, and whatever it starts, from the network."""
    report = sealed()
    return report is not None and report.role not in {"fetcher", "keyring"} and NETWORK not in report.missing


def _no_core_dumps() -> bool:
    if sys.platform == "win32":
        return False
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    return True
