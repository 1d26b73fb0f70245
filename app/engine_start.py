"""How the app starts an engine: with the user's own backends, and nothing else of the data folder but what is named."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from app.locations import Locations
from app.roles import role_command
from app.workers.launcher import launcher
from app.workers.streams import in_this_loop
from runtime.client import EngineClient
from runtime.client.starting import StartedEngine, start_directly
from runtime.engine_options import backends_option


def engine_client(places: Locations, reads: Sequence[Path] = ()) -> EngineClient:
    """An engine that opens `reads`, its models; it starts when it is first needed."""
    return EngineClient(
        [*role_command("engine"), backends_option(places.backends)],
        work_dir=places.engine_folder,
        log_file=places.engine_log,
        reads=[*reads, places.backends],
        start=_start,
    )


async def _start(command: Sequence[str], work_dir: Path, reads: Sequence[Path]) -> StartedEngine:
    """By the launcher, which knows the command and the folder itself; without one by this process."""
    starter = launcher()
    if starter is None:
        return await start_directly(command, work_dir, reads)
    return await in_this_loop(await asyncio.to_thread(starter.start, "engine", reads, errors=True))
