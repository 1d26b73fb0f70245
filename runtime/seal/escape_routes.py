"""The ways out of a process that Linux and macOS have in common, and what the routes are made of."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
from pathlib import Path

from runtime.seal.escapes import Targets
from runtime.seal.libc import libc

MESSAGE = b"left the process"
SECONDS = 2.0


def failed(name: str) -> OSError:
    return OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


def tcp(targets: Targets) -> str:
    with socket.create_connection(("127.0.0.1", targets.tcp_port), SECONDS) as one:
        one.sendall(MESSAGE)
    return "sent"


def tcp_6(targets: Targets) -> str:
    with socket.create_connection(("::1", targets.tcp_port), SECONDS) as one:
        one.sendall(MESSAGE)
    return "sent"


def udp(targets: Targets) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(MESSAGE, ("127.0.0.1", targets.udp_port))
    return "sent"


def native_socket(family: int, kind: int, protocol: int = 0) -> int:
    descriptor = int(libc.socket(family, kind, protocol))
    if descriptor < 0:
        raise failed("socket")
    return descriptor


def unix_path(targets: Targets) -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(targets.unix_path)
        one.sendall(MESSAGE)
    return "sent"


def inherited(targets: Targets) -> str:
    try:
        return f"sent {os.write(targets.inherited, MESSAGE)} bytes"
    except OSError as error:
        if error.errno == errno.EBADF:
            raise PermissionError(errno.EACCES, "it was closed") from error
        raise


def send_signal(targets: Targets) -> str:
    os.kill(targets.victim, signal.SIGCONT)
    return "signalled"


def write_outside(targets: Targets) -> str:
    path = Path(targets.outside) / f"llama-desk-was-here-{os.getpid()}"
    path.write_text("", "utf-8")
    path.unlink()
    return "wrote and removed a file"


def read_secret(targets: Targets) -> str:
    with Path(targets.secret).open("rb") as file:
        return f"read {len(file.read(16))} bytes"
