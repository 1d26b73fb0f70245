"""The seccomp filter of a sealed process: no socket, by any door; no other process's memory; no more privileges.

A filter stays for the life of the process and of all that it starts. It costs about 0.1 microseconds a system call.
seccomp(2); the program is classic BPF over `struct seccomp_data` (linux/seccomp.h), 8 bytes an instruction.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterator

from runtime.seal.libc import libc, no_new_privileges
from runtime.seal.syscalls import Machine

_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD, _FOURTH = (
    0,
    4,
    16,
    24,
    32,
    40,
)  # offsets in struct seccomp_data; arguments in 8 bytes each
_LOAD, _AND, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_KIND, _STREAM, _DATAGRAM = 0xF, 1, 2  # of a socket, without its flags
_TCP, _UDP = 6, 17
_FAST_OPEN = 0x20000000  # MSG_FASTOPEN connects with the first bytes, which Landlock does not see
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEW*: user, mount, network and the others
_TYPES_FOR_THE_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: what a program types into its own terminal
_ALL_THREADS = 1  # SECCOMP_FILTER_FLAG_TSYNC
_SET_FILTER = 1  # SECCOMP_SET_MODE_FILTER

_ABSENT = ("io_uring_setup", "io_uring_enter", "io_uring_register")
"""Answered as if the kernel did not know them, so that libraries fall back to what they did before."""
_REFUSED = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "perf_event_open", "userfaultfd"),
    *("bpf", "unshare", "setns", "mount", "keyctl", "add_key", "request_key", "execve", "execveat"),
)

type Instruction = tuple[int, int, int, int]
"""Operation, how many to skip when true, how many when false, operand."""


def install_filter(machine: Machine, *, may_connect: bool = False, local: bool = False) -> None:
    """Put the filter on every thread of this process. Raises OSError when the kernel does not take it.

    `may_connect` leaves it the internet's sockets and no others, `local` those to programs of this machine.
    """
    program = list(_program(machine, may_connect=may_connect, local=local))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    no_new_privileges()
    result = libc.syscall(machine.numbers["seccomp"], _SET_FILTER, _ALL_THREADS, header)
    if result:  # the id of a thread that could not follow, or -1
        raise OSError(ctypes.get_errno() or errno.EPERM, os.strerror(ctypes.get_errno() or errno.EPERM), "seccomp")


def _program(machine: Machine, *, may_connect: bool, local: bool) -> Iterator[Instruction]:
    numbers = machine.numbers
    # Calls by another processor's numbers (int 0x80, x32) would pass a filter that knows this one's.
    yield from (_load(_ARCHITECTURE), (_EQUAL, 1, 0, machine.audit), (_RETURN, 0, 0, _KILL), _load(_NUMBER))
    if machine.has_x32:
        yield from ((_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL))
    if local:
        yield from _when(numbers["socket"], _FIRST, (_EQUAL, 1, 0, _AF_UNIX), errno.EACCES)
    else:
        yield from (_only_internet if may_connect else _refuse)(numbers["socket"], errno.EACCES)
    if may_connect:
        for name, flags in (("sendto", _FOURTH), ("sendmsg", _THIRD), ("sendmmsg", _FOURTH)):
            yield from _when(numbers[name], flags, (_HAS_BITS, 0, 1, _FAST_OPEN), errno.EPERM)
    yield from _when(numbers["socketpair"], _FIRST, (_EQUAL, 1, 0, _AF_UNIX), errno.EACCES)
    for request in _TYPES_FOR_THE_TERMINAL:
        yield from _when(numbers["ioctl"], _SECOND, (_EQUAL, 0, 1, request), errno.EPERM)
    yield from _when(numbers["clone"], _FIRST, (_HAS_BITS, 0, 1, _NEW_NAMESPACES), errno.EPERM)
    yield from _refuse(numbers["clone3"], errno.ENOSYS)  # its flags lie in memory, which a filter cannot read
    for name in _ABSENT:
        yield from _refuse(numbers[name], errno.ENOSYS)
    for name in _REFUSED:
        yield from _refuse(numbers[name], errno.EPERM)
    yield (_RETURN, 0, 0, _ALLOW)


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _refuse(number: int, error: int) -> tuple[Instruction, ...]:
    return ((_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE | error))


def _only_internet(number: int, error: int) -> tuple[Instruction, ...]:
    """Refuse a socket that is not TCP or UDP of the internet. Then the number is loaded again.

    Raw packets, and multipath TCP, which Landlock does not hold to its ports, are refused with the rest.
    """
    return (
        (_EQUAL, 0, 13, number),
        _load(_FIRST),
        (_EQUAL, 1, 0, _AF_INET),
        (_EQUAL, 0, 8, _AF_INET6),
        _load(_SECOND),
        (_AND, 0, 0, _KIND),
        (_EQUAL, 1, 0, _STREAM),
        (_EQUAL, 0, 4, _DATAGRAM),
        _load(_THIRD),
        (_EQUAL, 3, 0, 0),
        (_EQUAL, 2, 0, _TCP),
        (_EQUAL, 1, 0, _UDP),
        (_RETURN, 0, 0, _REFUSE | error),
        _load(_NUMBER),
    )


def _when(number: int, argument: int, test: Instruction, error: int) -> tuple[Instruction, ...]:
    """Refuse a call by one of its arguments: `test` skips the refusal, or not. Then the number is loaded again."""
    return (
        (_EQUAL, 0, 4, number),
        _load(argument),
        test,
        (_RETURN, 0, 0, _REFUSE | error),
        _load(_NUMBER),
    )
