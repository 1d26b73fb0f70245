"""The ways out of a process of Linux."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
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
from runtime.seal.syscalls import Machine, this_machine
from runtime.seal.trial import SOCKET_OPTION

_MPTCP, _FAST_OPEN = 262, 0x20000000


def _address(port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton("127.0.0.1") + 8 * b"\0"


def _dns(_: Targets) -> str:
    """The resolver asks servers by UDP: that it may open a socket is enough."""
    one = native_socket(socket.AF_INET, socket.SOCK_DGRAM)
    os.close(one)
    return str(socket.getaddrinfo("localhost", 80)[0][4])


def _native_library(targets: Targets) -> str:
    one = native_socket(socket.AF_INET, socket.SOCK_STREAM)
    if libc.connect(one, _address(targets.tcp_port), 16):
        raise failed("connect")
    return f"sent {libc.send(one, MESSAGE, len(MESSAGE), 0)} bytes"


def _system_call(targets: Targets) -> str:
    one = int(libc.syscall(_machine().numbers["socket"], socket.AF_INET, socket.SOCK_STREAM, 0))
    if one < 0:
        raise failed("socket")
    if libc.connect(one, _address(targets.tcp_port), 16):
        raise failed("connect")
    return f"sent {os.write(one, MESSAGE)} bytes"


def _multipath(targets: Targets) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP) as one:
        one.settimeout(SECONDS)
        one.connect(("127.0.0.1", targets.tcp_port))
        one.sendall(MESSAGE)
    return "sent"


def _fast_open(targets: Targets) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        return f"sent {one.sendto(MESSAGE, _FAST_OPEN, ('127.0.0.1', targets.tcp_port))} bytes"


def _raw_packets(_: Targets) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    return "a raw socket"


def _io_uring(_: Targets) -> str:
    ring = int(libc.syscall(_machine().numbers["io_uring_setup"], 4, ctypes.create_string_buffer(120)))
    if ring < 0:
        raise failed("io_uring_setup")
    os.close(ring)
    return "a ring that takes requests for sockets"


def _other_numbers(_: Targets) -> str:
    """A socket by the system call of 32-bit programs, which has a number of its own."""
    if platform.machine() != "x86_64":
        raise PermissionError("this processor has no other numbers")
    # push rbx; mov eax, 359 (socket); mov ebx, AF_INET; mov ecx, SOCK_STREAM; mov edx, 0; int 0x80; pop rbx; ret
    code = bytes.fromhex("53 b867010000 bb02000000 b901000000 ba00000000 cd80 5b c3")
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    place = ctypes.addressof(ctypes.c_char.from_buffer(page))
    answer = int(ctypes.CFUNCTYPE(ctypes.c_int)(place)())
    if answer < 0:
        raise OSError(-answer, os.strerror(-answer))
    return "a socket"


def _x32(_: Targets) -> str:
    one = int(libc.syscall(0x40000000 + _machine().numbers["socket"], socket.AF_INET, socket.SOCK_STREAM, 0))
    if one < 0:
        raise failed("socket")
    return "a socket"


def _unix_abstract(targets: Targets) -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(f"\0{targets.abstract_name}")
        one.sendall(MESSAGE)
    return "sent"


def _virtual_machine(_: Targets) -> str:
    os.close(native_socket(40, socket.SOCK_STREAM))  # AF_VSOCK
    return "a socket to the host of this machine"


def _kernel(_: Targets) -> str:
    os.close(native_socket(16, socket.SOCK_RAW))  # AF_NETLINK
    return "a socket to the kernel's network settings"


def _child(targets: Targets) -> str:
    """A program that knows nothing of this one."""
    program = (
        "import ctypes, os; f = ctypes.CDLL(None, use_errno=True).socket(2, 1, 0);"
        "raise SystemExit(0 if f >= 0 else ctypes.get_errno())"
    )
    # The frozen program is no Python that could be given another program.
    arguments = [SOCKET_OPTION] if getattr(sys, "frozen", False) else ["-I", "-c", program]
    done = subprocess.run([sys.executable, *arguments], check=False, capture_output=True, timeout=10 * SECONDS)
    if done.returncode:
        raise OSError(done.returncode, os.strerror(done.returncode))
    return f"a program with a socket, for port {targets.tcp_port}"


def _trace(targets: Targets) -> str:
    if libc.ptrace(16, targets.victim, None, None):  # PTRACE_ATTACH
        raise failed("ptrace")
    os.waitpid(targets.victim, 0x40000000)  # __WALL
    libc.ptrace(17, targets.victim, None, None)  # PTRACE_DETACH
    return "attached"


def _memory(targets: Targets) -> str:
    os.close(os.open(f"/proc/{targets.victim}/mem", os.O_RDWR))
    return "opened"


def _read_memory(targets: Targets) -> str:
    local = ctypes.create_string_buffer(8)
    vector = struct.pack("QQ", ctypes.addressof(local), 8)
    number = _machine().numbers["process_vm_readv"]
    if (
        libc.syscall(number, targets.victim, vector, ctypes.c_ulong(1), vector, ctypes.c_ulong(1), ctypes.c_ulong(0))
        < 0
    ):
        raise failed("process_vm_readv")
    return "read"


def _namespace(_: Targets) -> str:
    if libc.unshare(0x40000000):  # CLONE_NEWNET
        raise failed("unshare")
    return "a network of its own"


def _type_into_terminal(_: Targets) -> str:
    """Whether the request is refused before anything looks at what it is asked of."""
    reading, writing = os.pipe()
    try:
        number = _machine().numbers["ioctl"]
        if libc.syscall(number, writing, ctypes.c_ulong(0x5412), ctypes.create_string_buffer(b"x")) < 0:
            raise failed("TIOCSTI")
        return "typed"
    finally:
        os.close(reading)
        os.close(writing)


def _machine() -> Machine:
    machine = this_machine()
    if machine is None:
        raise PermissionError("the numbers of this processor's system calls are not known")
    return machine


ROUTES: Mapping[str, Route] = {
    "TCP from Python": tcp,
    "TCP over IPv6": tcp_6,
    "UDP": udp,
    "DNS": _dns,
    "TCP from native code": _native_library,
    "TCP by a raw system call": _system_call,
    "multipath TCP": _multipath,
    "TCP fast open": _fast_open,
    "raw packets": _raw_packets,
    "io_uring": _io_uring,
    "a 32-bit system call": _other_numbers,
    "an x32 system call": _x32,
    "a Unix socket in a folder": unix_path,
    "an abstract Unix socket": _unix_abstract,
    "a socket to the virtual machine's host": _virtual_machine,
    "netlink": _kernel,
    "a child program": _child,
    "a socket that was open before": inherited,
    "tracing another process": _trace,
    "another process's memory": _memory,
    "process_vm_readv": _read_memory,
    "a signal to another process": send_signal,
    "a new network namespace": _namespace,
    "typing into the terminal": _type_into_terminal,
    "write outside": write_outside,
    "read a secret": read_secret,
}
