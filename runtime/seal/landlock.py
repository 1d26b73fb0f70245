"""Which files a sealed process may open, by Landlock; and no TCP, no abstract socket, no signal to others.

What a version of the kernel cannot refuse is left out of the ruleset, so the same code works from version 1 on.
https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from runtime.seal.libc import libc, no_new_privileges
from runtime.seal.syscalls import Machine

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_MAKE_CHARACTER, _MAKE_BLOCK = 1 << 6, 1 << 11
_FROM_THE_FIRST = (1 << 13) - 1
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_TCP = 0b11
_CONNECT = 1 << 1
_PORT = 2  # LANDLOCK_RULE_NET_PORT
TCP_SINCE = 4
"""The version of Landlock that knows TCP."""
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH


def landlock_version(machine: Machine) -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    return max(0, int(libc.syscall(machine.numbers["landlock_create_ruleset"], None, ctypes.c_size_t(0), _VERSION)))


def restrict_files(
    machine: Machine,
    *,
    read: Iterable[Path],
    write: Iterable[Path],
    listed: Iterable[Path] = (),
    ports: Iterable[int] = (),
) -> int:
    """Close every file to this process but those at or below these paths; what it has open stays open.

    Of the folders in `listed`, and those below, the names of what is in them may be read, and no file. TCP, where it
    has sockets at all, leads to `ports` alone.

    What is readable may also be loaded and started. Returns the version of Landlock in force, 0 when the kernel has
    none. Raises OSError.
    """
    version = landlock_version(machine)
    if not version:
        return 0
    handled = _handled(version)
    ruleset = _created(machine, version, handled)
    try:
        for path in listed:
            _allow(machine, ruleset, path, _READ_DIR & handled)
        for path in read:
            _allow(machine, ruleset, path, _READ & handled)
        for path in write:
            _allow(machine, ruleset, path, handled & ~(_MAKE_CHARACTER | _MAKE_BLOCK))
        for port in ports if version >= TCP_SINCE else ():
            _allow_port(machine, ruleset, port)
        no_new_privileges()
        _checked(libc.syscall(machine.numbers["landlock_restrict_self"], ruleset, 0))
    finally:
        os.close(ruleset)
    return version


def _handled(version: int) -> int:
    """What can be done to files, as far as this version knows it."""
    newer = (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0) | (_IOCTL if version >= 5 else 0)
    return _FROM_THE_FIRST | newer


def _created(machine: Machine, version: int, handled: int) -> int:
    tcp = _TCP if version >= TCP_SINCE else 0
    scoped = _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    attributes = struct.pack("QQQ", handled, tcp, scoped)
    size = 8 if version < TCP_SINCE else 16 if version < 6 else 24
    number = machine.numbers["landlock_create_ruleset"]
    return _checked(libc.syscall(number, ctypes.create_string_buffer(attributes, 24), ctypes.c_size_t(size), 0))


def _allow(machine: Machine, ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return  # what is not there, or closed already, needs no rule
    try:
        allowed = rights if path.is_dir() else rights & _OF_A_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed, place), 12)
        _checked(libc.syscall(machine.numbers["landlock_add_rule"], ruleset, _BENEATH, rule, 0))
    finally:
        os.close(place)


def _allow_port(machine: Machine, ruleset: int, port: int) -> None:
    rule = ctypes.create_string_buffer(struct.pack("=QQ", _CONNECT, port), 16)
    _checked(libc.syscall(machine.numbers["landlock_add_rule"], ruleset, _PORT, rule, 0))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "landlock")
    return int(result)
