"""A job of Windows: what a process in it may use, and that it ends when whoever made the job does."""

from __future__ import annotations

import ctypes

from runtime.seal.windows_api import (
    JOB_EXTENDED_LIMITS,
    JOB_UI_LIMITS,
    LIMIT_ACTIVE_PROCESS,
    LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    LIMIT_KILL_ON_JOB_CLOSE,
    LIMIT_PROCESS_MEMORY,
    UI_DESKTOP,
    UI_DISPLAY_SETTINGS,
    UI_EXIT_WINDOWS,
    UI_READ_CLIPBOARD,
    UI_SYSTEM_PARAMETERS,
    UI_WRITE_CLIPBOARD,
    ExtendedLimits,
    Windows,
)

_NO_UI = (
    UI_READ_CLIPBOARD | UI_WRITE_CLIPBOARD | UI_SYSTEM_PARAMETERS | UI_DISPLAY_SETTINGS | UI_DESKTOP | UI_EXIT_WINDOWS
)


def make_job(windows: Windows, memory_bytes: int | None) -> int:
    """A job for one process: it starts no other, touches no clipboard and no desktop, and ends with the job's handle.

    `memory_bytes` is the most that it may commit. Returns the handle. Raises OSError.
    """
    job = windows.kernel32.CreateJobObjectW(None, None)
    if not job:
        raise windows.last_error()
    limits = ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = (
        LIMIT_ACTIVE_PROCESS | LIMIT_DIE_ON_UNHANDLED_EXCEPTION | LIMIT_KILL_ON_JOB_CLOSE
    )
    limits.BasicLimitInformation.ActiveProcessLimit = 1
    if memory_bytes is not None:
        limits.BasicLimitInformation.LimitFlags |= LIMIT_PROCESS_MEMORY
        limits.ProcessMemoryLimit = memory_bytes
    no_ui = ctypes.c_uint32(_NO_UI)
    for kind, what in ((JOB_EXTENDED_LIMITS, limits), (JOB_UI_LIMITS, no_ui)):
        if not windows.kernel32.SetInformationJobObject(job, kind, ctypes.byref(what), ctypes.sizeof(what)):
            error = windows.last_error()
            windows.kernel32.CloseHandle(job)
            raise error
    return int(job)
