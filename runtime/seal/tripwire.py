"""A tripwire in Python itself, on every system: an attempted connection raises, and names itself.

It sees what Python code does and not what native code does; that is the kernel's part.
"""

from __future__ import annotations

import sys

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


def refuse_connections() -> None:
    """From now on and for the life of this process."""
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in NETWORK_EVENTS and not _is_own_socket_pair(event, arguments):
        raise PermissionError(f"llama-desk opens no connection; refused: {event}")


def _is_own_socket_pair(event: str, arguments: tuple[object, ...]) -> bool:
    """Windows has no socket pairs: Python's event loop makes its own over the loopback address."""
    if sys.platform == "win32" and event in {"socket.bind", "socket.connect"}:
        address = arguments[1]
        return isinstance(address, tuple) and address[0] in {"127.0.0.1", "::1"}
    return False
