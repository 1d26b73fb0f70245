"""A sealed process that is thrown away: it says what holds for it and, if asked, tries every way out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

from runtime.seal.report import SealReport

OPTION = "--trial"
"""The argument after the role that makes a process this instead."""
SOCKET_OPTION = "--open-a-socket"
"""The argument with which the frozen program is the child that a trial starts: it has no Python to start."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sealed process said. `attempts` are those of `runtime.seal.escapes`, empty when none were asked for."""

    enforced: tuple[str, ...]
    missing: tuple[str, ...]
    attempts: tuple[dict[str, Any], ...] = ()


def run_trial(report: SealReport) -> int:
    """Answer on stdout; the targets to try come on stdin, as JSON, or nothing does."""
    asked = sys.stdin.read()
    attempts: list[dict[str, Any]] = []
    if asked.strip() and _is_held_here(report):
        from runtime.seal.escapes import Targets, try_all

        tried = try_all(Targets(**json.loads(asked)), report.role)
        attempts = [asdict(attempt) for attempt in tried]
    sys.stdout.write(json.dumps({"enforced": report.enforced, "missing": report.missing, "attempts": attempts}))
    return 0


def _is_held_here(report: SealReport) -> bool:
    """On Windows the kernel holds those in a container alone: trying others would show what is said already."""
    return sys.platform != "win32" or not report.missing


def open_a_socket() -> int:
    """Open a socket and return 0, or the number of the error that kept this process from it."""
    import socket

    try:
        socket.socket().close()
    except OSError as error:
        return error.errno or 1
    return 0


def read_trial(text: str) -> Trial:
    """What `run_trial` wrote. Raises ValueError for anything else."""
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("no object")
    return Trial(tuple(said.get("enforced", ())), tuple(said.get("missing", ())), tuple(said.get("attempts", ())))
