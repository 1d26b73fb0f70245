"""The ways out of a process of Windows, for one in a container: Windows holds no other, so no other tries them.

Each calls the system itself, past Python's own checks. The address that is connected to is one that leads nowhere
(192.0.2.1, RFC 5737): a container refuses it at once, and where nothing refuses it nobody answers.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.seal.escapes import Route, Targets
from runtime.seal.trial import SOCKET_OPTION

_SECONDS = 2.0
_NOWHERE = "192.0.2.1"
_AF_INET, _AF_INET6, _STREAM, _DATAGRAM, _ICMP = 2, 23, 1, 2, 1
_NO_SOCKET = 2**64 - 1  # INVALID_SOCKET
_DO_NOT_WAIT = 0x8004667E - 2**32  # FIONBIO, as a signed number
_VM_READ, _TERMINATE, _VM_WRITE_AND_THREADS = 0x0010, 0x0001, 0x002A
_GENERIC_READ_WRITE, _OPEN_EXISTING, _NO_HANDLE = 0xC0000000, 3, 2**64 - 1
_CURRENT_USER, _KEY_WRITE = 0xFFFFFFFF80000001, 0x20006  # a number of 32 bits with its sign
_RUN_AT_LOGON = "Software\\Microsoft\\Windows\\CurrentVersion\\Run"


def _library(name: str) -> Any:
    system: Any = ctypes
    return system.WinDLL(name, use_last_error=True)


def _refused() -> OSError:
    system: Any = ctypes
    error: OSError = system.WinError(system.get_last_error())
    return error


def _socket(kind: int, protocol: int = 0, family: int = _AF_INET) -> tuple[Any, int]:
    """Winsock and a socket of it. Raises OSError."""
    winsock = _library("ws2_32")
    winsock.socket.restype = ctypes.c_size_t
    for function in (winsock.connect, winsock.sendto, winsock.bind, winsock.listen):
        function.argtypes = None
    one = int(winsock.socket(family, kind, protocol))
    if one == _NO_SOCKET:
        raise _refused()
    return winsock, one


def _address(host: str, port: int) -> bytes:
    return struct.pack("=H", _AF_INET) + struct.pack("!H", port) + socket.inet_aton(host) + 8 * b"\0"


def _connect(host: str, port: int) -> str:
    winsock, one = _socket(_STREAM)
    winsock.ioctlsocket(ctypes.c_size_t(one), ctypes.c_int32(_DO_NOT_WAIT), ctypes.byref(ctypes.c_uint32(1)))
    if winsock.connect(ctypes.c_size_t(one), _address(host, port), 16):  # one that is under way was not refused
        raise _refused()
    return "connected"


def _tcp(_: Targets) -> str:
    return _connect(_NOWHERE, 9)


def _udp(_: Targets) -> str:
    winsock, one = _socket(_DATAGRAM)
    if winsock.sendto(ctypes.c_size_t(one), b"x", 1, 0, _address(_NOWHERE, 9), 16) < 0:
        raise _refused()
    return "sent"


def _tcp_6(_: Targets) -> str:
    winsock, one = _socket(_STREAM, family=_AF_INET6)
    winsock.ioctlsocket(ctypes.c_size_t(one), ctypes.c_int32(_DO_NOT_WAIT), ctypes.byref(ctypes.c_uint32(1)))
    nowhere = struct.pack("=H", _AF_INET6) + struct.pack("!HI", 9, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    if winsock.connect(ctypes.c_size_t(one), nowhere + 4 * b"\0", 28):
        raise _refused()
    return "connected"


def _raw(_: Targets) -> str:
    _socket(3, _ICMP)  # SOCK_RAW
    return "a raw socket"


def _tcp_from_python(_: Targets) -> str:
    socket.create_connection((_NOWHERE, 9), _SECONDS).close()
    return "connected"


def _child(_: Targets) -> str:
    arguments = [SOCKET_OPTION] if getattr(sys, "frozen", False) else ["-I", "-c", ""]
    done = subprocess.run([sys.executable, *arguments], check=False, capture_output=True, timeout=10 * _SECONDS)
    return f"a program that ended with {done.returncode}"


def _shell(_: Targets) -> str:
    subprocess.run([os.environ.get("COMSPEC", "cmd.exe"), "/c", "exit"], check=False, timeout=10 * _SECONDS)
    return "started the shell"


def _open_victim(targets: Targets, rights: int) -> str:
    kernel = _library("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(rights, 0, targets.victim)
    if not handle:
        raise _refused()
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return "opened"


def _memory(targets: Targets) -> str:
    return _open_victim(targets, _VM_READ)


def _inject(targets: Targets) -> str:
    return _open_victim(targets, _VM_WRITE_AND_THREADS)


def _end(targets: Targets) -> str:
    return _open_victim(targets, _TERMINATE)


def _clipboard(_: Targets) -> str:
    user = _library("user32")
    if not user.OpenClipboard(None):
        raise _refused()
    user.GetClipboardData.restype = ctypes.c_void_p
    try:
        if not user.GetClipboardData(13) and not user.CountClipboardFormats():  # CF_UNICODETEXT
            raise PermissionError("nothing of it is given")
        return "what the user has copied"
    finally:
        user.CloseClipboard()


def _pipe(targets: Targets) -> str:
    kernel = _library("kernel32")
    kernel.CreateFileW.restype = ctypes.c_size_t
    handle = kernel.CreateFileW(targets.unix_path, _GENERIC_READ_WRITE, 0, None, _OPEN_EXISTING, 0, None)
    if handle == _NO_HANDLE:
        raise _refused()
    kernel.CloseHandle(ctypes.c_size_t(handle))
    return "another program's pipe"


def _run_at_logon(_: Targets) -> str:
    key = ctypes.c_void_p()
    registry = _library("advapi32")
    result = registry.RegOpenKeyExW(ctypes.c_void_p(_CURRENT_USER), _RUN_AT_LOGON, 0, _KEY_WRITE, ctypes.byref(key))
    if result:
        system: Any = ctypes
        raise system.WinError(result)
    registry.RegCloseKey(key)
    return "what the user's session starts"


def _write_outside(targets: Targets) -> str:
    path = Path(targets.outside) / f"llama-desk-was-here-{os.getpid()}"
    path.write_text("", "utf-8")
    path.unlink()
    return "wrote and removed a file"


def _read_secret(targets: Targets) -> str:
    with Path(targets.secret).open("rb") as file:
        return f"read {len(file.read(16))} bytes"


ROUTES: Mapping[str, Route] = {
    "TCP from Python": _tcp_from_python,
    "TCP from native code": _tcp,
    "TCP over IPv6": _tcp_6,
    "UDP": _udp,
    "raw packets": _raw,
    "a child program": _child,
    "the shell": _shell,
    "another process's memory": _memory,
    "code in another process": _inject,
    "ending another process": _end,
    "the clipboard": _clipboard,
    "another program's pipe": _pipe,
    "a program at logon": _run_at_logon,
    "write outside": _write_outside,
    "read a secret": _read_secret,
}
