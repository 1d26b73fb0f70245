"""How the extractor process is started: by the desk itself here, or by whoever is passed in its place."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

_KEPT_VARIABLES = (
    "PATH", "HOME", "USERPROFILE", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SYSTEMDRIVE",
    "WINDIR", "LOCALAPPDATA", "LLAMA_DESK_HOME",
)  # fmt: skip
READS = "LLAMA_DESK_READS"
"""The variable by which a process is told what it may open, as JSON: the seal reads it."""


class StartedReader(Protocol):
    """What of `subprocess.Popen` is used; `wait` raises subprocess.TimeoutExpired."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


type StartReader = Callable[[Sequence[str], Path | None], StartedReader]
"""Starts a command, to open nothing outside of a folder or file. Raises OSError."""


def start_directly(command: Sequence[str], reads: Path | None) -> StartedReader:
    """Start `command` as a child of this process. Raises OSError."""
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    if reads is not None:
        environment[READS] = json.dumps([str(reads)])
    return subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        env=environment,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
