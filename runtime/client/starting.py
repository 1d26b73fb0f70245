"""How the engine process is started: by the desk itself here, or by whoever is passed in its place."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from runtime.seal.passing import told
from runtime.worker_environment import worker_environment


class ToEngine(Protocol):
    """The end of a pipe that is written to."""

    def write(self, data: bytes, /) -> None: ...
    def is_closing(self) -> bool: ...
    def close(self) -> None: ...


class StartedEngine(Protocol):
    """What of `asyncio.subprocess.Process` is used."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdin(self) -> ToEngine | None: ...
    @property
    def stdout(self) -> asyncio.StreamReader | None: ...
    @property
    def stderr(self) -> asyncio.StreamReader | None: ...
    def kill(self) -> None: ...
    async def wait(self) -> int: ...


type StartEngine = Callable[[Sequence[str], Path, Sequence[Path]], Awaitable[StartedEngine]]
"""Starts a command in a folder, to read just these files and folders. Raises OSError."""


async def start_directly(command: Sequence[str], work_dir: Path, reads: Sequence[Path]) -> StartedEngine:
    """Start `command` as a child of this process, in `work_dir`, made if it is absent. Raises OSError."""
    work_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=work_dir,
        env=worker_environment(os.environ) | told(reads),
        **_detached(),
    )


def _detached() -> dict[str, Any]:
    """Out of the terminal's reach, so that an interrupt from the keyboard comes to the desk alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
