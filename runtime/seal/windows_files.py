"""Which files a container of Windows may open: an entry in the access list of each, put there and taken away again."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.seal.windows_api import (
    DACL_SECURITY_INFORMATION,
    GENERIC_EXECUTE,
    GENERIC_READ,
    GRANT_ACCESS,
    INHERIT,
    REVOKE_ACCESS,
    SDDL_REVISION,
    SE_FILE_OBJECT,
    TRUSTEE_IS_SID,
    TRUSTEE_IS_UNKNOWN,
    ExplicitAccess,
    Trustee,
    Windows,
)

EVERY_CONTAINER = "S-1-15-2-1"
"""ALL APPLICATION PACKAGES: Windows gives it what lies in Program Files and its own folder."""
_EVERY_CONTAINER_IN_LISTS = ";;;AC)"


def let_read(windows: Windows, path: Path, sid: int) -> None:
    """Let the owner of `sid` read a file, or all below a folder. Raises OSError."""
    with _access_list(windows, path) as (entries, text):
        if f";;;{text_of(windows, sid)})" not in text:
            _change(windows, path, entries, sid, GRANT_ACCESS)


def let_every_container_read(windows: Windows, path: Path) -> None:
    """For the program's own files, which are nobody's secret; once, for it takes seconds. Raises OSError."""
    with _access_list(windows, path) as (entries, text):
        if _EVERY_CONTAINER_IN_LISTS in text:
            return
        sid = ctypes.c_void_p()
        if not windows.advapi32.ConvertStringSidToSidW(EVERY_CONTAINER, ctypes.byref(sid)):
            raise windows.last_error()
        try:
            _change(windows, path, entries, sid.value or 0, GRANT_ACCESS)
        finally:
            windows.kernel32.LocalFree(sid)


def let_read_no_more(windows: Windows, path: Path, sid: int) -> None:
    """Take away what `let_read` gave. Raises OSError."""
    with _access_list(windows, path) as (entries, text):
        if f";;;{text_of(windows, sid)})" in text:
            _change(windows, path, entries, sid, REVOKE_ACCESS)


def text_of(windows: Windows, sid: int) -> str:
    """A SID as it is written: "S-1-15-2-...". Raises OSError."""
    text = ctypes.c_void_p()
    if not windows.advapi32.ConvertSidToStringSidW(sid, ctypes.byref(text)):
        raise windows.last_error()
    return _taken(windows, text)


@contextmanager
def _access_list(windows: Windows, path: Path) -> Iterator[tuple[ctypes.c_void_p, str]]:
    """The access list of a file, and the same in words (security descriptor definition language)."""
    entries, descriptor, text = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    failed = windows.advapi32.GetNamedSecurityInfoW(
        str(path),
        SE_FILE_OBJECT,
        DACL_SECURITY_INFORMATION,
        None,
        None,
        ctypes.byref(entries),
        None,
        ctypes.byref(descriptor),
    )
    if failed:
        raise OSError(failed, "its access list cannot be read", str(path))
    try:
        if not windows.advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, SDDL_REVISION, DACL_SECURITY_INFORMATION, ctypes.byref(text), None
        ):
            raise windows.last_error()
        yield entries, _taken(windows, text)
    finally:
        windows.kernel32.LocalFree(descriptor)


def _change(windows: Windows, path: Path, entries: ctypes.c_void_p, sid: int, how: int) -> None:
    trustee = Trustee(None, 0, TRUSTEE_IS_SID, TRUSTEE_IS_UNKNOWN, sid)
    below = INHERIT if path.is_dir() else 0
    entry = ExplicitAccess(GENERIC_READ | GENERIC_EXECUTE if how == GRANT_ACCESS else 0, how, below, trustee)
    changed = ctypes.c_void_p()
    failed = windows.advapi32.SetEntriesInAclW(1, ctypes.byref(entry), entries, ctypes.byref(changed))
    if failed:
        raise OSError(failed, "its access list cannot be changed", str(path))
    try:
        failed = windows.advapi32.SetNamedSecurityInfoW(
            str(path), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, None, None, changed, None
        )
        if failed:
            raise OSError(failed, "its access list cannot be changed", str(path))
    finally:
        windows.kernel32.LocalFree(changed)


def _taken(windows: Windows, text: ctypes.c_void_p) -> str:
    """The text that a function of Windows made, which is given back to it."""
    said = ctypes.wstring_at(text.value) if text.value else ""
    windows.kernel32.LocalFree(text)
    return said
