"""A model as the desk would load it, for the commands that look at models."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from app.adapter_choice import adapters_for, find_adapter
from app.calibrations import Calibrations
from app.database_thread import DatabaseThread
from app.engine_session import EngineSession, open_session
from app.locations import Locations
from app.model_fitting import wanted_by
from app.model_hashes import fingerprint_of
from app.settings import load_settings


@contextlib.asynccontextmanager
async def chosen_session(
    model: Path, places: Locations, adapters: Sequence[str] | None = None
) -> AsyncIterator[tuple[DatabaseThread, EngineSession]]:
    """The session of a model, and the database that knows its hash; both are closed behind it.

    What was measured of the model before is used, and nothing is measured meanwhile.
    `adapters` are names or files of LoRA adapters: those of the settings where none are given, none at all with None.
    Raises DeskError and RuntimeProblem for a model, or an adapter, that is not one.
    """
    settings = load_settings(places.settings)
    added: Sequence[Path] = ()
    if adapters is not None:
        named = [find_adapter(adapter, places) for adapter in adapters]
        added = named or adapters_for(model, settings.adapters, places)
    database = DatabaseThread(places.database)
    try:
        calibrations = Calibrations(database)
        known = await calibrations.known(await asyncio.to_thread(fingerprint_of, database, model))
        session = open_session(
            model,
            places,
            lambda path: fingerprint_of(database, path),
            added,
            calibrations if known else None,
            wanted=wanted_by(settings),
        )
        try:
            yield database, session
        finally:
            await session.close()
    finally:
        await database.close()
