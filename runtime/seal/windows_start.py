"""Starts a program in a container and a job of Windows, with the standard streams of this process, and waits for it."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.seal.windows_api import (
    CREATE_NO_WINDOW,
    CREATE_SUSPENDED,
    CREATE_UNICODE_ENVIRONMENT,
    EXTENDED_STARTUPINFO_PRESENT,
    FAILED_RESUME,
    INFINITE,
    PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
    PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES,
    STARTF_USESTDHANDLES,
    ProcessInformation,
    SecurityCapabilities,
    StartupInfoEx,
    Windows,
)

_FLAGS = EXTENDED_STARTUPINFO_PRESENT | CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW


@dataclass(frozen=True, slots=True)
class Start:
    """What is started: the command, its environment and working folder, and the handles of its standard streams."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    streams: tuple[int, int, int]


def run_contained(windows: Windows, start: Start, sid: int, job: int) -> int:
    """Run it to its end in the container of `sid` and in `job`; returns its exit code. Raises OSError."""
    with _attributes(windows, sid, start.streams) as attributes:
        process, thread = _created(windows, start, attributes)
    try:
        # It does nothing before it is in the job.
        if not windows.kernel32.AssignProcessToJobObject(job, process):
            raise windows.last_error()
        if windows.kernel32.ResumeThread(thread) == FAILED_RESUME:
            raise windows.last_error()
        windows.kernel32.WaitForSingleObject(process, INFINITE)
        code = ctypes.c_uint32()
        if not windows.kernel32.GetExitCodeProcess(process, ctypes.byref(code)):
            raise windows.last_error()
        return code.value
    finally:
        windows.kernel32.TerminateProcess(process, 1)  # one that was never let go; one that has ended is left as it is
        windows.kernel32.CloseHandle(thread)
        windows.kernel32.CloseHandle(process)


def _created(windows: Windows, start: Start, attributes: ctypes.Array[ctypes.c_char]) -> tuple[int, int]:
    """The handles of the process, which does not run yet, and of its thread."""
    info = StartupInfoEx()
    info.StartupInfo.cb = ctypes.sizeof(info)
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES
    info.StartupInfo.hStdInput, info.StartupInfo.hStdOutput, info.StartupInfo.hStdError = start.streams
    info.lpAttributeList = ctypes.addressof(attributes)
    variables = "".join(f"{name}={value}\0" for name, value in sorted(start.environment.items())) + "\0"
    environment = ctypes.create_unicode_buffer(variables)
    line = ctypes.create_unicode_buffer(subprocess.list2cmdline(start.command))
    made = ProcessInformation()
    if not windows.kernel32.CreateProcessW(
        start.command[0],
        line,
        None,
        None,
        1,  # the handles of the attribute list are inherited, and no others
        _FLAGS,
        ctypes.addressof(environment),
        str(start.folder),
        ctypes.byref(info),
        ctypes.byref(made),
    ):
        raise windows.last_error()
    return int(made.hProcess), int(made.hThread)


@contextmanager
def _attributes(windows: Windows, sid: int, streams: tuple[int, int, int]) -> Iterator[ctypes.Array[ctypes.c_char]]:
    """The attribute list: the container, without any capability, and what is inherited, each handle once."""
    size = ctypes.c_size_t()
    windows.kernel32.InitializeProcThreadAttributeList(None, 2, 0, ctypes.byref(size))  # says how large it is
    attributes = ctypes.create_string_buffer(size.value)
    if not windows.kernel32.InitializeProcThreadAttributeList(attributes, 2, 0, ctypes.byref(size)):
        raise windows.last_error()
    capabilities = SecurityCapabilities(sid, None, 0, 0)
    once = tuple(dict.fromkeys(streams))
    handles = (ctypes.c_void_p * len(once))(*once)
    try:
        for attribute, value in (
            (PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, capabilities),
            (PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles),
        ):
            if not windows.kernel32.UpdateProcThreadAttribute(
                attributes, 0, attribute, ctypes.byref(value), ctypes.sizeof(value), None, None
            ):
                raise windows.last_error()
        yield attributes
    finally:
        windows.kernel32.DeleteProcThreadAttributeList(attributes)
