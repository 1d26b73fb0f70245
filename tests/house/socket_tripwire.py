"""Starts a program that the kernel ends at its first socket of a network, and whatever that program starts as well.

    python socket_tripwire.py COMMAND...

Such a death outranks every other answer of a filter (seccomp(2)), so the seal, which refuses sockets, hides no attempt.
Native code is held to it as Python is. Unix sockets pass: by one the system's library asks its cache of names whose
folder is whose. For Linux.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

from runtime.seal.libc import libc, no_new_privileges
from runtime.seal.syscalls import this_machine

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_AF_UNIX = 1


def end_at_the_first_network_socket() -> None:
    """Hold this process and all that it starts to it. Raises OSError."""
    machine = this_machine()
    if machine is None:
        raise OSError("the numbers of this processor's system calls are not known")
    program = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, machine.audit), (_RETURN, 0, 0, _KILL_PROCESS)]
    program += [
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 1, machine.numbers["io_uring_setup"]),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    program += [(_EQUAL, 0, 3, machine.numbers["socket"]), (_LOAD, 0, 0, _FIRST), (_EQUAL, 1, 0, _AF_UNIX)]
    program += [(_RETURN, 0, 0, _KILL_PROCESS), (_RETURN, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    no_new_privileges()
    if libc.syscall(machine.numbers["seccomp"], 1, 0, header):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    end_at_the_first_network_socket()
    os.execvp(sys.argv[1], sys.argv[1:])
