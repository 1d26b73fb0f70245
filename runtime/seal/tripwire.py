"""A tripwire in Python itself, on every system: an attempted connection raises, and names itself.

It sees what Python code does and not what native code does; that is the kernel's part.
"""

from __future__ import annotations

import socket
import sys
import traceback
from collections.abc import Callable

NETWORK_EVENTS = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)


_NEW_SOCKET = "socket.__new__"
_INTERNET = {int(socket.AF_INET), int(socket.AF_INET6)}


def refuse_connections(note: Callable[[str, str], None], *, local: bool = False) -> None:
    """From now on and for the life of this process. `note` is told of each attempt: the event, and which code tried.

    `local` lets it speak to programs of this machine over Unix sockets.
    """

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if local and _is_unix_socket(arguments):
            return
        if (event in NETWORK_EVENTS or _is_internet_socket(event, arguments)) and not _is_own(event, arguments):
            note(event, _who())
            raise PermissionError(f"llama-desk opens no connection; refused: {event}")

    sys.addaudithook(refuse)


def _who() -> str:
    """The function that tried, outermost first: `app.desk.ask > httpx.get`; the standard library's own are left out."""
    frames = [frame for frame, _ in traceback.walk_stack(sys._getframe(2))]
    names = [f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}" for frame in reversed(frames)]
    return " > ".join(names[-6:])


def _is_internet_socket(event: str, arguments: tuple[object, ...]) -> bool:
    return event == _NEW_SOCKET and sys.platform != "win32" and len(arguments) > 1 and arguments[1] in _INTERNET


def _is_unix_socket(arguments: tuple[object, ...]) -> bool:
    return bool(arguments) and isinstance(arguments[0], socket.socket) and arguments[0].family.name == "AF_UNIX"


def _is_own(event: str, arguments: tuple[object, ...]) -> bool:
    """What leads nowhere: a message on a connected Unix socket, which is one end of a pair that this program made.

    Windows has no such pairs: Python's event loop makes its own over the loopback address.
    """
    if event == "socket.sendmsg" and len(arguments) > 1 and arguments[1] is None:
        return _is_unix_socket(arguments)
    if sys.platform == "win32" and event in {"socket.bind", "socket.connect"}:
        address = arguments[1]
        return isinstance(address, tuple) and address[0] in {"127.0.0.1", "::1"}
    return False
