"""How the app starts an engine: with the user's own backends, and nothing else of the data folder but what is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.locations import Locations
from app.roles import role_command
from runtime.client import EngineClient
from runtime.engine_options import backends_option


def engine_client(places: Locations, reads: Sequence[Path] = ()) -> EngineClient:
    """An engine that opens `reads`, its models; it starts when it is first needed."""
    return EngineClient(
        [*role_command("engine"), backends_option(places.backends)],
        work_dir=places.engine_folder,
        log_file=places.engine_log,
        reads=[*reads, places.backends],
    )
