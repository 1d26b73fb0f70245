"""Starting the desk where a process cannot be forked: it inherits its ends of the launcher's pipes, and no more.

A hidden argument tells it their numbers: Windows' handles, or file descriptors elsewhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

OPTION = "--line="


def start(command: Sequence[str], arguments: Sequence[str], ends: Sequence[int]) -> subprocess.Popen[bytes]:
    """Start `command` with `arguments`; it takes `ends`, descriptors of this process, by `take`. Raises OSError."""
    numbers, passing = _passed(ends)
    try:
        return subprocess.Popen([*command, f"{OPTION}{','.join(map(str, numbers))}", *arguments], **passing)
    finally:
        _keep(numbers)


def take(arguments: Sequence[str]) -> tuple[list[int], list[str]]:
    """The descriptors that were passed to this process, none if there are none, and the arguments that are left."""
    if not arguments or not arguments[0].startswith(OPTION):
        return [], list(arguments)
    numbers = [int(number) for number in arguments[0].removeprefix(OPTION).split(",")]
    _keep(numbers)
    return [_descriptor(number) for number in numbers], list(arguments[1:])


def _passed(ends: Sequence[int]) -> tuple[list[int], dict[str, Any]]:
    """The numbers of `ends` in the other process, and how that is started to have them."""
    if sys.platform == "win32":
        import msvcrt

        handles = [msvcrt.get_osfhandle(end) for end in ends]
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(handles)})
        # Where handles are listed, the standard ones are inherited only when they are named as well.
        return handles, {"startupinfo": startup, "stdin": 0, "stdout": 1, "stderr": 2}
    return list(ends), {"pass_fds": tuple(ends)}


def _keep(numbers: Sequence[int]) -> None:
    """Let no further process inherit them."""
    for number in numbers:
        if sys.platform == "win32":
            os.set_handle_inheritable(number, False)
        else:
            os.set_inheritable(number, False)


def _descriptor(number: int) -> int:
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(number, os.O_BINARY)
    return number
