"""What the fetcher's own Python code may do: connect to the hosts of the download, and write in the models folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from runtime.fetch.hosts import Destination, is_allowed

REFUSED = frozenset(
    {
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "subprocess.Popen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
    }
)
CHANGING = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
}
"""Events of a change in the file system, and how many of their arguments are paths that it touches."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

type Hook = Callable[[str, tuple[object, ...]], None]


def hold_to_download(destinations: tuple[Destination, ...], folders: tuple[Path, ...]) -> None:
    """Hold the Python code of this process to these hosts and folders, for its life."""
    sys.addaudithook(fetcher_hook(destinations, folders))


def fetcher_hook(destinations: tuple[Destination, ...], folders: tuple[Path, ...]) -> Hook:
    """An audit hook that refuses what a download does not need.

    Names are looked up for the allowed hosts alone. A connection is judged by its port only: it names an address, not
    a host. Like every audit hook it does not see native code.
    """
    roots = tuple(folder.resolve() for folder in folders)
    ports = {port for _, port in destinations}

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.getaddrinfo":
            if not _names(arguments, destinations):
                raise PermissionError("the fetcher looks up no other host")
        elif event == "socket.connect":
            if not _leads_to(arguments[1], ports):
                raise PermissionError("the fetcher connects to no other port")
        elif event in REFUSED:
            raise PermissionError(f"the fetcher does no such thing; refused: {event}")
        elif event == "open":
            if _writes(arguments) and not _inside(arguments[0], roots):
                raise PermissionError("the fetcher writes in the models folder alone")
        elif event in CHANGING and not all(_inside(path, roots) for path in arguments[: CHANGING[event]]):
            raise PermissionError("the fetcher changes nothing outside the models folder")

    return hook


def _names(arguments: tuple[object, ...], destinations: tuple[Destination, ...]) -> bool:
    host, port = arguments[0], arguments[1]
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return isinstance(host, str) and isinstance(port, int) and is_allowed(host, port, destinations)


def _leads_to(address: object, ports: set[int]) -> bool:
    return isinstance(address, tuple) and len(address) > 1 and address[1] in ports


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & _WRITING)


def _inside(path: object, roots: tuple[Path, ...]) -> bool:
    if isinstance(path, int):
        return True  # a descriptor: it was opened under this same rule
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, str | os.PathLike):
        return False
    if os.fspath(path) == os.devnull:
        return True
    whole = Path(os.path.realpath(path))
    return any(whole.is_relative_to(root) for root in roots)
