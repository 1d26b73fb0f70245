"""The structures, numbers and functions of Windows by which a process is put into a container and a job.

winnt.h, winbase.h, processthreadsapi.h, userenv.h, accctrl.h and aclapi.h of the Windows SDK. The types have the widths
of 64-bit Windows on every system, so that their layout can be looked at anywhere.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_int32, c_int64, c_size_t, c_uint16, c_uint32, c_uint64, c_void_p, c_wchar_p
from dataclasses import dataclass
from typing import Any

EXTENDED_STARTUPINFO_PRESENT, CREATE_SUSPENDED = 0x00080000, 0x00000004
CREATE_UNICODE_ENVIRONMENT, CREATE_NO_WINDOW = 0x00000400, 0x08000000
STARTF_USESTDHANDLES = 0x00000100
PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES = 0x00020002, 0x00020009
ALREADY_EXISTS = 0x800700B7  # HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS)

JOB_EXTENDED_LIMITS, JOB_UI_LIMITS = 9, 4  # JobObjectExtendedLimitInformation, JobObjectBasicUIRestrictions
LIMIT_ACTIVE_PROCESS, LIMIT_PROCESS_MEMORY = 0x00000008, 0x00000100
LIMIT_DIE_ON_UNHANDLED_EXCEPTION, LIMIT_KILL_ON_JOB_CLOSE = 0x00000400, 0x00002000
UI_READ_CLIPBOARD, UI_WRITE_CLIPBOARD, UI_SYSTEM_PARAMETERS = 0x2, 0x4, 0x8
UI_DISPLAY_SETTINGS, UI_DESKTOP, UI_EXIT_WINDOWS = 0x10, 0x40, 0x80

SE_FILE_OBJECT, DACL_SECURITY_INFORMATION = 1, 0x4
GRANT_ACCESS, REVOKE_ACCESS = 1, 4
TRUSTEE_IS_SID, TRUSTEE_IS_UNKNOWN = 0, 0
INHERIT = 0x3  # SUB_CONTAINERS_AND_OBJECTS_INHERIT
GENERIC_READ, GENERIC_EXECUTE = 0x80000000, 0x20000000
SDDL_REVISION = 1
TOKEN_QUERY, TOKEN_IS_APP_CONTAINER = 0x0008, 29
INFINITE, FAILED_RESUME = 0xFFFFFFFF, 0xFFFFFFFF
OPEN_MUTEX = 0x00100000  # SYNCHRONIZE


class StartupInfo(ctypes.Structure):
    """STARTUPINFOW."""

    _fields_ = [
        *(("cb", c_uint32), ("lpReserved", c_wchar_p), ("lpDesktop", c_wchar_p), ("lpTitle", c_wchar_p)),
        *((name, c_uint32) for name in ("dwX", "dwY", "dwXSize", "dwYSize", "dwXCountChars", "dwYCountChars")),
        *(("dwFillAttribute", c_uint32), ("dwFlags", c_uint32), ("wShowWindow", c_uint16), ("cbReserved2", c_uint16)),
        *(("lpReserved2", c_void_p), ("hStdInput", c_void_p), ("hStdOutput", c_void_p), ("hStdError", c_void_p)),
    ]


class StartupInfoEx(ctypes.Structure):
    """STARTUPINFOEXW."""

    _fields_ = [("StartupInfo", StartupInfo), ("lpAttributeList", c_void_p)]


class ProcessInformation(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = [("hProcess", c_void_p), ("hThread", c_void_p), ("dwProcessId", c_uint32), ("dwThreadId", c_uint32)]


class SecurityCapabilities(ctypes.Structure):
    """SECURITY_CAPABILITIES: whose container it is, and what it may beyond that."""

    _fields_ = [
        *(("AppContainerSid", c_void_p), ("Capabilities", c_void_p)),
        *(("CapabilityCount", c_uint32), ("Reserved", c_uint32)),
    ]


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = [
        *(("PerProcessUserTimeLimit", c_int64), ("PerJobUserTimeLimit", c_int64), ("LimitFlags", c_uint32)),
        *(("MinimumWorkingSetSize", c_size_t), ("MaximumWorkingSetSize", c_size_t), ("ActiveProcessLimit", c_uint32)),
        *(("Affinity", c_size_t), ("PriorityClass", c_uint32), ("SchedulingClass", c_uint32)),
    ]


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; `IoInfo` is IO_COUNTERS."""

    _fields_ = [
        *(("BasicLimitInformation", BasicLimits), ("IoInfo", c_uint64 * 6)),
        *(("ProcessMemoryLimit", c_size_t), ("JobMemoryLimit", c_size_t)),
        *(("PeakProcessMemoryUsed", c_size_t), ("PeakJobMemoryUsed", c_size_t)),
    ]


class Trustee(ctypes.Structure):
    """TRUSTEE_W; `ptstrName` is a SID here."""

    _fields_ = [
        *(("pMultipleTrustee", c_void_p), ("MultipleTrusteeOperation", c_uint32), ("TrusteeForm", c_uint32)),
        *(("TrusteeType", c_uint32), ("ptstrName", c_void_p)),
    ]


class ExplicitAccess(ctypes.Structure):
    """EXPLICIT_ACCESS_W."""

    _fields_ = [
        *(("grfAccessPermissions", c_uint32), ("grfAccessMode", c_uint32), ("grfInheritance", c_uint32)),
        ("Trustee", Trustee),
    ]


@dataclass(frozen=True, slots=True)
class Windows:
    """The libraries of Windows that are called."""

    kernel32: Any
    advapi32: Any
    userenv: Any

    def last_error(self) -> OSError:
        """Why the last call failed, by the system's own words."""
        system: Any = ctypes
        number = system.get_last_error()
        return OSError(number, str(system.FormatError(number)).strip())


_HANDLE, _OUT, _NUMBER = c_void_p, POINTER(c_void_p), c_uint32
_FUNCTIONS: dict[str, dict[str, tuple[Any, list[Any]]]] = {
    "kernel32": {
        "AssignProcessToJobObject": (c_int32, [_HANDLE, _HANDLE]),
        "CloseHandle": (c_int32, [_HANDLE]),
        "CreateJobObjectW": (_HANDLE, [c_void_p, c_wchar_p]),
        "CreateMutexW": (_HANDLE, [c_void_p, c_int32, c_wchar_p]),
        "CreateProcessW": (
            c_int32,
            [
                *(c_wchar_p, c_wchar_p, c_void_p, c_void_p, c_int32, _NUMBER, c_void_p, c_wchar_p),
                *(POINTER(StartupInfoEx), POINTER(ProcessInformation)),
            ],
        ),
        "DeleteProcThreadAttributeList": (None, [c_void_p]),
        "GetCurrentProcess": (_HANDLE, []),
        "GetExitCodeProcess": (c_int32, [_HANDLE, POINTER(c_uint32)]),
        "InitializeProcThreadAttributeList": (c_int32, [c_void_p, _NUMBER, _NUMBER, POINTER(c_size_t)]),
        "IsProcessInJob": (c_int32, [_HANDLE, _HANDLE, POINTER(c_int32)]),
        "LocalFree": (c_void_p, [c_void_p]),
        "OpenMutexW": (_HANDLE, [_NUMBER, c_int32, c_wchar_p]),
        "ReleaseMutex": (c_int32, [_HANDLE]),
        "ResumeThread": (_NUMBER, [_HANDLE]),
        "SetInformationJobObject": (c_int32, [_HANDLE, c_int32, c_void_p, _NUMBER]),
        "TerminateProcess": (c_int32, [_HANDLE, _NUMBER]),
        "UpdateProcThreadAttribute": (
            c_int32,
            [c_void_p, _NUMBER, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p],
        ),
        "WaitForSingleObject": (_NUMBER, [_HANDLE, _NUMBER]),
    },
    "advapi32": {
        "ConvertSecurityDescriptorToStringSecurityDescriptorW": (
            c_int32,
            [c_void_p, _NUMBER, _NUMBER, POINTER(c_void_p), c_void_p],
        ),
        "ConvertSidToStringSidW": (c_int32, [c_void_p, POINTER(c_void_p)]),
        "ConvertStringSidToSidW": (c_int32, [c_wchar_p, _OUT]),
        "FreeSid": (c_void_p, [c_void_p]),
        "GetNamedSecurityInfoW": (
            _NUMBER,
            [c_wchar_p, _NUMBER, _NUMBER, c_void_p, c_void_p, _OUT, c_void_p, _OUT],
        ),
        "GetTokenInformation": (c_int32, [_HANDLE, c_int32, c_void_p, _NUMBER, POINTER(c_uint32)]),
        "OpenProcessToken": (c_int32, [_HANDLE, _NUMBER, _OUT]),
        "SetEntriesInAclW": (_NUMBER, [_NUMBER, POINTER(ExplicitAccess), c_void_p, _OUT]),
        "SetNamedSecurityInfoW": (
            _NUMBER,
            [c_wchar_p, _NUMBER, _NUMBER, c_void_p, c_void_p, c_void_p, c_void_p],
        ),
    },
    "userenv": {
        "CreateAppContainerProfile": (c_int32, [c_wchar_p, c_wchar_p, c_wchar_p, c_void_p, _NUMBER, _OUT]),
        "DeleteAppContainerProfile": (c_int32, [c_wchar_p]),
        "DeriveAppContainerSidFromAppContainerName": (c_int32, [c_wchar_p, _OUT]),
    },
}


def load_windows() -> Windows:
    """The libraries, with the types of the functions that are called. For Windows alone. Raises OSError."""
    system: Any = ctypes
    loaded = {name: system.WinDLL(name, use_last_error=True) for name in _FUNCTIONS}
    for name, functions in _FUNCTIONS.items():
        for function, (result, arguments) in functions.items():
            found = getattr(loaded[name], function)
            found.restype, found.argtypes = result, arguments
    return Windows(**loaded)
