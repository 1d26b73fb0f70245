"""The ways out of a process of macOS."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping

from runtime.seal.escape_routes import (
    MESSAGE,
    SECONDS,
    failed,
    inherited,
    native_socket,
    read_secret,
    send_signal,
    tcp,
    tcp_6,
    udp,
    unix_path,
    write_outside,
)
from runtime.seal.escapes import Route, Targets
from runtime.seal.libc import libc

_RESOLVER = b"/private/var/run/mDNSResponder"
_SOCKET, _CONNECT = 97, 98  # SYS_socket and SYS_connect of sys/syscall.h
_AF_SYSTEM, _CONTROL = 32, 2  # SYSPROTO_CONTROL
_ATTACH, _DETACH = 14, 11  # PT_ATTACHEXC, PT_DETACH
_PASTEBOARD = b"com.apple.pasteboard.1"
_CHILD = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
address = bytes([16, 2]) + int(sys.argv[1]).to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
raise SystemExit(ctypes.get_errno() if libc.connect(libc.socket(2, 1, 0), address, 16) else 0)
"""


def _address(port: int) -> bytes:
    """A sockaddr_in, which begins with its length here."""
    return struct.pack("!BBH", 16, socket.AF_INET, port) + socket.inet_aton("127.0.0.1") + 8 * b"\0"


def _connect_natively(targets: Targets) -> str:
    one = native_socket(socket.AF_INET, socket.SOCK_STREAM)
    if libc.connect(one, _address(targets.tcp_port), 16):
        raise failed("connect")
    return f"sent {os.write(one, MESSAGE)} bytes"


def _send_natively(targets: Targets) -> str:
    one = native_socket(socket.AF_INET, socket.SOCK_DGRAM)
    if libc.sendto(one, MESSAGE, len(MESSAGE), 0, _address(targets.udp_port), 16) < 0:
        raise failed("sendto")
    return "sent"


def _system_call(targets: Targets) -> str:
    one = int(libc.syscall(_SOCKET, socket.AF_INET, socket.SOCK_STREAM, 0))
    if one < 0:
        raise failed("socket")
    if libc.syscall(_CONNECT, one, _address(targets.tcp_port), 16):
        raise failed("connect")
    return f"sent {os.write(one, MESSAGE)} bytes"


def _listen(_: Targets) -> str:
    one = native_socket(socket.AF_INET, socket.SOCK_STREAM)
    if libc.bind(one, _address(0), 16) or libc.listen(one, 1):
        raise failed("bind")
    return "a port that others connect to"


def _dns(_: Targets) -> str:
    """The resolver is a service behind a Unix socket: who reaches it has it ask about any name."""
    one = native_socket(socket.AF_UNIX, socket.SOCK_STREAM)
    address = bytes([2 + len(_RESOLVER) + 1, socket.AF_UNIX]) + _RESOLVER + b"\0"
    if libc.connect(one, address, len(address)):
        raise failed("connect")
    return "reached the resolver"


def _ping(_: Targets) -> str:
    one = native_socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    request = struct.pack("!BBHHH", 8, 0, 0xF7FD, 1, 1)  # an echo request of nothing, with its checksum
    if libc.sendto(one, request, len(request), 0, _address(0), 16) < 0:
        raise failed("sendto")
    return "sent"


def _kernel(_: Targets) -> str:
    os.close(native_socket(_AF_SYSTEM, socket.SOCK_DGRAM, _CONTROL))
    return "a socket to the kernel's extensions"


def _child(targets: Targets) -> str:
    """Another process, which knows nothing of this one: this same Python, or netcat where that is frozen."""
    port = str(targets.tcp_port)
    netcat, python = ["/usr/bin/nc", "-z", "127.0.0.1", port], [sys.executable, "-I", "-c", _CHILD, port]
    command = netcat if getattr(sys, "frozen", False) else python
    done = subprocess.run(command, check=False, capture_output=True, timeout=10 * SECONDS)
    if done.returncode:
        raise OSError(done.returncode, os.strerror(done.returncode))
    return "a program that connected"


def _other_program(_: Targets) -> str:
    """What opens whatever it is given with the program that the system has for it."""
    subprocess.run(["/usr/bin/open", "-h"], check=False, capture_output=True, timeout=10 * SECONDS)
    return "started the opener of this system"


def _trace(targets: Targets) -> str:
    if libc.ptrace(_ATTACH, targets.victim, None, 0):
        raise failed("ptrace")
    libc.ptrace(_DETACH, targets.victim, None, 0)
    return "attached"


def _memory(targets: Targets) -> str:
    port = ctypes.c_uint32()
    own = ctypes.c_uint32.in_dll(libc, "mach_task_self_")
    if result := libc.task_for_pid(own, targets.victim, ctypes.byref(port)):
        raise PermissionError(f"the kernel gives no port of it ({result})")
    return "a port to its memory"


def _pasteboard(_: Targets) -> str:
    port = ctypes.c_uint32()
    bootstrap = ctypes.c_uint32.in_dll(libc, "bootstrap_port")
    if result := libc.bootstrap_look_up(bootstrap, _PASTEBOARD, ctypes.byref(port)):
        raise PermissionError(f"the service is not looked up ({result})")
    return "what the user has copied"


ROUTES: Mapping[str, Route] = {
    "TCP from Python": tcp,
    "TCP over IPv6": tcp_6,
    "UDP": udp,
    "DNS": _dns,
    "TCP from native code": _connect_natively,
    "UDP from native code": _send_natively,
    "TCP by a raw system call": _system_call,
    "a port that listens": _listen,
    "an echo request": _ping,
    "a socket to the kernel": _kernel,
    "a Unix socket in a folder": unix_path,
    "a child program": _child,
    "another program": _other_program,
    "a socket that was open before": inherited,
    "tracing another process": _trace,
    "another process's memory": _memory,
    "a signal to another process": send_signal,
    "the pasteboard": _pasteboard,
    "write outside": write_outside,
    "read a secret": read_secret,
}
