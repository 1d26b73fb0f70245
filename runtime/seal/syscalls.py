"""The numbers of the system calls that a sealed process loses, for each processor that Linux runs on here.

https://github.com/torvalds/linux/blob/master/arch/x86/entry/syscalls/syscall_64.tbl and, for arm64,
https://github.com/torvalds/linux/blob/master/include/uapi/asm-generic/unistd.h
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """`audit` is AUDIT_ARCH_* of the processor; `numbers` are those of its 64-bit system calls."""

    audit: int
    numbers: Mapping[str, int]
    has_x32: bool = False
    """Whether the numbers from 2**30 on are the same calls with 32-bit pointers."""


_X86_64 = Machine(
    0xC000003E,
    {
        "ioctl": 16,
        "socket": 41,
        "sendto": 44,
        "sendmsg": 46,
        "socketpair": 53,
        "clone": 56,
        "execve": 59,
        "ptrace": 101,
        "mount": 165,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "unshare": 272,
        "perf_event_open": 298,
        "setns": 308,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "sendmmsg": 307,
        "kcmp": 312,
        "seccomp": 317,
        "bpf": 321,
        "execveat": 322,
        "userfaultfd": 323,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
        "clone3": 435,
        "pidfd_getfd": 438,
        "landlock_create_ruleset": 444,
        "landlock_add_rule": 445,
        "landlock_restrict_self": 446,
    },
    has_x32=True,
)
_ARM64 = Machine(
    0xC00000B7,
    {
        "ioctl": 29,
        "mount": 40,
        "unshare": 97,
        "ptrace": 117,
        "socket": 198,
        "socketpair": 199,
        "sendto": 206,
        "sendmsg": 211,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "clone": 220,
        "execve": 221,
        "perf_event_open": 241,
        "setns": 268,
        "sendmmsg": 269,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "seccomp": 277,
        "bpf": 280,
        "execveat": 281,
        "userfaultfd": 282,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
        "clone3": 435,
        "pidfd_getfd": 438,
        "landlock_create_ruleset": 444,
        "landlock_add_rule": 445,
        "landlock_restrict_self": 446,
    },
)
_MACHINES = {"x86_64": _X86_64, "aarch64": _ARM64}


def this_machine() -> Machine | None:
    """This processor's numbers; None for one that they are not written down for."""
    return _MACHINES.get(platform.machine())
