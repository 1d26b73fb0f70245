"""Which of the libraries in this process an address lies in."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_FROM_ADDRESS = 0x4 | 0x2  # GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, .._UNCHANGED_REFCOUNT
_LONGEST = 32_768


class _Found(ctypes.Structure):
    """Dl_info of the C library's <dlfcn.h>."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def library_at(address: int) -> Path:
    """The file that was loaded at this address; an empty path when it is in none."""
    if sys.platform == "win32":
        kernel, handle = ctypes.WinDLL("kernel32"), ctypes.c_void_p()
        name = ctypes.create_unicode_buffer(_LONGEST)
        if not kernel.GetModuleHandleExW(_FROM_ADDRESS, ctypes.c_void_p(address), ctypes.byref(handle)):
            return Path()
        kernel.GetModuleFileNameW(handle, name, _LONGEST)
        return Path(name.value)
    found = _Found()
    if not ctypes.CDLL(None).dladdr(ctypes.c_void_p(address), ctypes.byref(found)) or not found.file:
        return Path()
    return Path(os.fsdecode(found.file))
