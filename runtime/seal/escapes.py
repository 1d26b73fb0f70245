"""Ways out of a process: each is tried for real, in a process that is thrown away afterwards.

A route that is open does what it says; one that is closed raises. What a sealed process may still do is no route.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.seal.report import Role

_SECONDS = 40
"""What no way out takes on the slowest machine; one that is closed is refused at once."""
_MEANT: dict[tuple[str, Role | None], set[str]] = {
    ("win32", "desk"): {"read a secret"},
    ("", "keyring"): {"read a secret", "write outside", "a Unix socket in a folder", "an abstract Unix socket"},
    ("darwin", "fetcher"): {"DNS"},
    ("darwin", "keyring"): {"DNS"},
}
_REFUSED = {errno.EACCES, errno.EPERM, errno.ENOSYS}
_REFUSED_BY_WINDOWS = {5, 1816, 10013}  # ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_QUOTA (of a job), WSAEACCES


@dataclass(frozen=True, slots=True)
class Targets:
    """What the routes lead to. An absent listener does for a trial: a refusal by nobody there is a way that is open."""

    tcp_port: int = 9
    udp_port: int = 9
    unix_path: str = ""
    abstract_name: str = ""
    victim: int = 0
    """Another process of the user, which no route harms."""
    secret: str = ""
    """A file that the role must not read."""
    outside: str = ""
    """A folder in which the role must not write."""
    inherited: int = -1
    """A connected socket that was open before the seal."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one route: `open` when it was not closed."""

    route: str
    open: bool
    what: str


type Route = Callable[[Targets], str]
"""Goes one way out and says what it did there. Raises OSError, or anything, when it does not get out."""


def try_all(targets: Targets, role: Role | None = None) -> list[Attempt]:
    """Try every route but what `role` is there for: the keyring has its own ways."""
    meant = _MEANT.get((sys.platform, role), set()) | _MEANT.get(("", role), set())
    return [_attempt(name, route, targets) for name, route in _routes().items() if name not in meant]


def _routes() -> Mapping[str, Route]:
    """The ways out that there are on this system."""
    if sys.platform == "darwin":
        from runtime.seal.escapes_macos import ROUTES as OF_MACOS

        return OF_MACOS
    if sys.platform == "win32":
        from runtime.seal.escapes_windows import ROUTES as OF_WINDOWS

        return OF_WINDOWS
    from runtime.seal.escapes_linux import ROUTES as OF_LINUX

    return OF_LINUX


if sys.platform == "win32":

    def _attempt(name: str, route: Route, targets: Targets) -> Attempt:
        """Run the route in this process: no kernel of Windows ends it for one."""
        verdict, _, what = _outcome(route, targets).partition(" ")
        return Attempt(name, verdict != "closed", what)

else:

    def _attempt(name: str, route: Route, targets: Targets) -> Attempt:
        """Run the route in a child: the kernel ends a process for some of them."""
        reading, writing = os.pipe()
        child = _fork()  # the fetcher's Python code may not fork
        if child == 0:
            os.close(reading)
            signal.alarm(_SECONDS)
            os.write(writing, _outcome(route, targets).encode()[:300])
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read().decode("utf-8", "replace")
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            ended_by = signal.Signals(os.WTERMSIG(status))
            return Attempt(name, ended_by is signal.SIGALRM, f"ended by {ended_by.name}")  # nothing stopped that one
        verdict, _, what = said.partition(" ")
        return Attempt(name, verdict != "closed", what)

    def _fork() -> int:
        """`os.fork` by native code, which holds the interpreter meanwhile: no hook sees it. Raises OSError."""
        child = int(ctypes.PyDLL(None, use_errno=True).fork())
        if child < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "fork")
        return child


def _outcome(route: Route, targets: Targets) -> str:
    try:
        return f"open {route(targets)}"
    except OSError as error:
        closed = error.errno in _REFUSED or isinstance(error, PermissionError)
        closed |= getattr(error, "winerror", None) in _REFUSED_BY_WINDOWS
        return f"{'closed' if closed else 'open'} {error.strerror or error}"
    except Exception as error:  # noqa: BLE001 - whatever else stops a route is told, and counts as open
        return f"open {type(error).__name__}: {error}"
