"""Linux's system calls that Python has no function for."""

from __future__ import annotations

import ctypes
import os
from typing import Any

libc: Any = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
if hasattr(libc, "syscall"):
    libc.syscall.restype = ctypes.c_long

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38


def no_new_privileges() -> None:
    """No program that this process starts gains privileges. Raises OSError."""
    _control(_PR_SET_NO_NEW_PRIVS, 1)


def not_dumpable() -> None:
    """No core dump, and no other process of the same user looks into this one's memory. Raises OSError."""
    _control(_PR_SET_DUMPABLE, 0)


def _control(option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "prctl")
