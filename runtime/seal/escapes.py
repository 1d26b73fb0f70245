"""Ways out of a process: each is tried for real, in a process that is thrown away afterwards.

A route that is open does what it says; one that is closed raises. What a sealed process may still do is no route.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.seal.libc import libc
from runtime.seal.syscalls import Machine, this_machine

_MESSAGE = b"left the process"
_SECONDS = 2.0
_REFUSED = {errno.EACCES, errno.EPERM, errno.ENOSYS}
_MPTCP, _FAST_OPEN = 262, 0x20000000


@dataclass(frozen=True, slots=True)
class Targets:
    """What the routes lead to. An absent listener does for a trial: a refusal by nobody there is a way that is open."""

    tcp_port: int = 9
    udp_port: int = 9
    unix_path: str = ""
    abstract_name: str = ""
    victim: int = 0
    """Another process of the user, which no route harms."""
    secret: str = ""
    """A file that the role must not read."""
    outside: str = ""
    """A folder in which the role must not write."""
    inherited: int = -1
    """A connected socket that was open before the seal."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one route: `open` when it was not closed."""

    route: str
    open: bool
    what: str


def try_all(targets: Targets, *, reads_everything: bool = False) -> list[Attempt]:
    """Try every route. `reads_everything` leaves out the reading of a secret, for the role that may read."""
    routes = {name: route for name, route in _ROUTES.items() if not (reads_everything and name == "read a secret")}
    return [_attempt(name, route, targets) for name, route in routes.items()]


def _attempt(name: str, route: Callable[[Targets], str], targets: Targets) -> Attempt:
    """Run the route in a child: the kernel ends a process for some of them."""
    reading, writing = os.pipe()
    child = _fork()  # the fetcher's Python code may not fork
    if child == 0:
        os.close(reading)
        os.write(writing, _outcome(route, targets).encode()[:300])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Attempt(name, False, f"ended by {signal.Signals(os.WTERMSIG(status)).name}")
    verdict, _, what = said.partition(" ")
    return Attempt(name, verdict != "closed", what)


def _fork() -> int:
    """`os.fork` by native code, which holds the interpreter meanwhile: no hook sees it. Raises OSError."""
    child = int(ctypes.PyDLL(None, use_errno=True).fork())
    if child < 0:
        raise _failed("fork")
    return child


def _outcome(route: Callable[[Targets], str], targets: Targets) -> str:
    signal.alarm(int(2 * _SECONDS))
    try:
        return f"open {route(targets)}"
    except OSError as error:
        closed = error.errno in _REFUSED or isinstance(error, PermissionError)
        return f"{'closed' if closed else 'open'} {error.strerror or error}"
    except Exception as error:  # noqa: BLE001 - whatever else stops a route is told, and counts as open
        return f"open {type(error).__name__}: {error}"


def _failed(name: str) -> OSError:
    return OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


def _address(port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton("127.0.0.1") + 8 * b"\0"


def _tcp(targets: Targets) -> str:
    with socket.create_connection(("127.0.0.1", targets.tcp_port), _SECONDS) as one:
        one.sendall(_MESSAGE)
    return "sent"


def _tcp_6(targets: Targets) -> str:
    with socket.create_connection(("::1", targets.tcp_port), _SECONDS) as one:
        one.sendall(_MESSAGE)
    return "sent"


def _udp(targets: Targets) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(_MESSAGE, ("127.0.0.1", targets.udp_port))
    return "sent"


def _dns(_: Targets) -> str:
    """The resolver asks servers by UDP: that it may open a socket is enough."""
    one = _native_socket(socket.AF_INET, socket.SOCK_DGRAM)
    os.close(one)
    return str(socket.getaddrinfo("localhost", 80)[0][4])


def _native_socket(family: int, kind: int) -> int:
    descriptor = int(libc.socket(family, kind, 0))
    if descriptor < 0:
        raise _failed("socket")
    return descriptor


def _native_library(targets: Targets) -> str:
    one = _native_socket(socket.AF_INET, socket.SOCK_STREAM)
    if libc.connect(one, _address(targets.tcp_port), 16):
        raise _failed("connect")
    return f"sent {libc.send(one, _MESSAGE, len(_MESSAGE), 0)} bytes"


def _system_call(targets: Targets) -> str:
    one = int(libc.syscall(_machine().numbers["socket"], socket.AF_INET, socket.SOCK_STREAM, 0))
    if one < 0:
        raise _failed("socket")
    if libc.connect(one, _address(targets.tcp_port), 16):
        raise _failed("connect")
    return f"sent {os.write(one, _MESSAGE)} bytes"


def _multipath(targets: Targets) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP) as one:
        one.settimeout(_SECONDS)
        one.connect(("127.0.0.1", targets.tcp_port))
        one.sendall(_MESSAGE)
    return "sent"


def _fast_open(targets: Targets) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        return f"sent {one.sendto(_MESSAGE, _FAST_OPEN, ('127.0.0.1', targets.tcp_port))} bytes"


def _raw_packets(_: Targets) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    return "a raw socket"


def _io_uring(_: Targets) -> str:
    ring = int(libc.syscall(_machine().numbers["io_uring_setup"], 4, ctypes.create_string_buffer(120)))
    if ring < 0:
        raise _failed("io_uring_setup")
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
        raise _failed("socket")
    return "a socket"


def _unix_path(targets: Targets) -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(targets.unix_path)
        one.sendall(_MESSAGE)
    return "sent"


def _unix_abstract(targets: Targets) -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(f"\0{targets.abstract_name}")
        one.sendall(_MESSAGE)
    return "sent"


def _virtual_machine(_: Targets) -> str:
    os.close(_native_socket(40, socket.SOCK_STREAM))  # AF_VSOCK
    return "a socket to the host of this machine"


def _kernel(_: Targets) -> str:
    os.close(_native_socket(16, socket.SOCK_RAW))  # AF_NETLINK
    return "a socket to the kernel's network settings"


def _child(targets: Targets) -> str:
    """A program that knows nothing of this one."""
    program = (
        "import ctypes, os; f = ctypes.CDLL(None, use_errno=True).socket(2, 1, 0);"
        "raise SystemExit(0 if f >= 0 else ctypes.get_errno())"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], check=False, capture_output=True, timeout=_SECONDS)
    if done.returncode:
        raise OSError(done.returncode, os.strerror(done.returncode))
    return f"a program with a socket, for port {targets.tcp_port}"


def _inherited(targets: Targets) -> str:
    try:
        return f"sent {os.write(targets.inherited, _MESSAGE)} bytes"
    except OSError as error:
        if error.errno == errno.EBADF:
            raise PermissionError(errno.EACCES, "it was closed") from error
        raise


def _trace(targets: Targets) -> str:
    if libc.ptrace(16, targets.victim, None, None):  # PTRACE_ATTACH
        raise _failed("ptrace")
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
        raise _failed("process_vm_readv")
    return "read"


def _signal(targets: Targets) -> str:
    os.kill(targets.victim, signal.SIGCONT)
    return "signalled"


def _write_outside(targets: Targets) -> str:
    path = Path(targets.outside) / f"llama-desk-was-here-{os.getpid()}"
    path.write_text("", "utf-8")
    path.unlink()
    return "wrote and removed a file"


def _read_secret(targets: Targets) -> str:
    with Path(targets.secret).open("rb") as file:
        return f"read {len(file.read(16))} bytes"


def _namespace(_: Targets) -> str:
    if libc.unshare(0x40000000):  # CLONE_NEWNET
        raise _failed("unshare")
    return "a network of its own"


def _type_into_terminal(_: Targets) -> str:
    """Whether the request is refused before anything looks at what it is asked of."""
    reading, writing = os.pipe()
    try:
        number = _machine().numbers["ioctl"]
        if libc.syscall(number, writing, ctypes.c_ulong(0x5412), ctypes.create_string_buffer(b"x")) < 0:
            raise _failed("TIOCSTI")
        return "typed"
    finally:
        os.close(reading)
        os.close(writing)


def _machine() -> Machine:
    machine = this_machine()
    if machine is None:
        raise PermissionError("the numbers of this processor's system calls are not known")
    return machine


_ROUTES: dict[str, Callable[[Targets], str]] = {
    "TCP from Python": _tcp,
    "TCP over IPv6": _tcp_6,
    "UDP": _udp,
    "DNS": _dns,
    "TCP from native code": _native_library,
    "TCP by a raw system call": _system_call,
    "multipath TCP": _multipath,
    "TCP fast open": _fast_open,
    "raw packets": _raw_packets,
    "io_uring": _io_uring,
    "a 32-bit system call": _other_numbers,
    "an x32 system call": _x32,
    "a Unix socket in a folder": _unix_path,
    "an abstract Unix socket": _unix_abstract,
    "a socket to the virtual machine's host": _virtual_machine,
    "netlink": _kernel,
    "a child program": _child,
    "a socket that was open before": _inherited,
    "tracing another process": _trace,
    "another process's memory": _memory,
    "process_vm_readv": _read_memory,
    "a signal to another process": _signal,
    "a new network namespace": _namespace,
    "typing into the terminal": _type_into_terminal,
    "write outside": _write_outside,
    "read a secret": _read_secret,
}
