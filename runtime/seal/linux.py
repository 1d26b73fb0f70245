"""The seal that Linux holds: Landlock for files, a seccomp filter for everything that leads out of the process."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from runtime.seal.landlock import TCP_SINCE, restrict_files
from runtime.seal.libc import not_dumpable
from runtime.seal.report import Grants, Role, SealFailed
from runtime.seal.syscall_filter import install_filter
from runtime.seal.syscalls import this_machine
from runtime.seal.system_files import devices, program_files, resolver_files, system_files, terminal

_SELF = Path("/proc/self")
_STANDARD_STREAMS = 3
_NOTHING = Path("/dev/null")
_NAME_SERVER = 53


def seal_by_kernel(role: Role, grants: Grants) -> list[str]:
    """Seal this process; the sentences say what holds. Raises SealFailed when its network could not be closed."""
    machine = this_machine()
    if machine is None:
        return []
    _expect_one_thread()
    _close_sockets(but=grants.line)
    fetches = role == "fetcher"
    read = (*grants.read, *program_files(), *system_files(), *(resolver_files() if fetches else ()))
    write = (*grants.write, *((_NOTHING,) if fetches else devices()), *(terminal() if role == "desk" else ()))
    try:
        not_dumpable()
        version = restrict_files(machine, read=read, write=write, listed=grants.listed, ports=_ports(grants))
        install_filter(machine, may_connect=fetches, local=role == "keyring")
    except OSError as error:
        raise SealFailed(
            f"This {role} could not be cut off from the network ({error.strerror}), so it does not start."
        ) from error
    tcp = [f"TCP to the hosts' ports and name servers alone (Landlock {version})"] if version >= TCP_SINCE else []
    closed = "network by the kernel (seccomp)" + (", but for this machine's own sockets" if role == "keyring" else "")
    held = [*(tcp if fetches else [closed]), "memory closed to other processes"]
    return [*held, f"files by the kernel (Landlock {version})"] if version else held


def _ports(grants: Grants) -> set[int]:
    """Those of the hosts, and that of name servers: an answer that is too long for UDP comes by TCP."""
    return {port for _, port in grants.hosts} | ({_NAME_SERVER} if grants.hosts else set())


def _expect_one_thread() -> None:
    """Landlock binds the calling thread and those that it starts: one that runs already would keep its rights."""
    if len(list(_SELF.joinpath("task").iterdir())) > 1:
        raise SealFailed("A thread was running before the seal, so nothing is opened.")


def _close_sockets(*, but: int | None) -> None:
    """A socket that was open before would still send."""
    for entry in list(_SELF.joinpath("fd").iterdir()):
        descriptor = int(entry.name)
        try:
            is_socket = stat.S_ISSOCK(os.fstat(descriptor).st_mode)
        except OSError:
            continue  # the one that listed them
        if is_socket and descriptor >= _STANDARD_STREAMS and descriptor != but:
            os.close(descriptor)
