"""The models that are here and those to be had, for a front end to list, to fetch and to check."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from app.adapter_choice import find_adapter
from app.database_thread import DatabaseThread
from app.desk_api import ModelRow
from app.download_terms import TITLE, DownloadTerms, check_usable, terms_of
from app.downloads import fetch
from app.errors import DeskError
from app.locations import Locations
from app.model_choice import choose_model, name_in_settings
from app.model_list import ListedModel, list_models
from app.model_room import machine_memory
from app.model_verification import Verified, verified
from runtime.fetch.events import Fetched, Progress
from runtime.manifest import ManifestEntry, entry_of
from runtime.model_file import check_adapter

_TELL_SECONDS = 0.1
NO_ADAPTER = "none"


class DeskModels:
    """Needs no model itself, and opens no connection: a download is the launcher's."""

    _places: Locations
    _database: DatabaseThread

    @property
    def model_in_use(self) -> Path | None:
        raise NotImplementedError

    async def use_adapters(self, files: Sequence[Path]) -> None:
        raise NotImplementedError

    async def use_adapter(self, wanted: str, checked: Callable[[], None] = lambda: None) -> str:
        """Let this LoRA adapter alone change the model in use, or "none", until the screen is left. Gives its name.

        `checked` is called when it is good. Raises DeskError or RuntimeProblem for one that cannot be used: then
        nothing changes.
        """
        files = [] if wanted == NO_ADAPTER else [find_adapter(wanted, self._places)]
        if files and self.model_in_use is not None:
            await asyncio.to_thread(check_adapter, files[0], self.model_in_use)
        checked()
        await self.use_adapters(files)
        return files[0].stem if files else ""

    async def model_list(self) -> list[ModelRow]:
        """Our own small model, those of the list, and what else is on this machine."""
        return await asyncio.to_thread(_rows, self._places, self.model_in_use)

    async def download_terms(self, model_id: str) -> DownloadTerms:
        """What a download asks, to be shown before it. Raises DeskError for a model that is of no use here."""
        return await asyncio.to_thread(terms_of, _usable(model_id), self._places)

    async def download(self, model_id: str, *, unverified: bool = False) -> AsyncGenerator[Progress | Fetched]:
        """Let the launcher download a model; closing the generator stops it, and what arrived is kept.

        `unverified` is the user's yes to a file whose hash is not known. Raises DeskError when it fails.
        """
        async with aclosing(fetch(_usable(model_id), unverified=unverified)) as events:
            async for event in events:
                yield event

    async def verify_model(self, wanted: str) -> AsyncGenerator[Progress | Verified]:
        """Read a model's file from end to end and say whether it is the right one; closing the generator stops it."""
        path = choose_model(wanted, None, self._places)
        reading = _Reading()
        work = asyncio.create_task(
            asyncio.to_thread(verified, path.name, path, self._places, self._database, reading.hashed)
        )
        try:
            while not work.done():
                await asyncio.wait((work,), timeout=_TELL_SECONDS)
                if not work.done():
                    yield reading.progress
            yield work.result()
        finally:
            reading.stop.set()
            await asyncio.wait((work,))
            if not work.cancelled():
                work.exception()  # of one that was stopped, nobody wants to know


class _Stopped(Exception):
    """The reading of a file was stopped."""


class _Reading:
    """How far a file is read, told by the thread that reads it, and the way to stop that."""

    def __init__(self) -> None:
        self.progress = Progress(state="checking")
        self.stop = threading.Event()

    def hashed(self, done: int, size: int) -> None:
        if self.stop.is_set():
            raise _Stopped
        self.progress = Progress(state="checking", done=done, total=size)


def _rows(places: Locations, in_use: Path | None) -> list[ModelRow]:
    return [_row(model, places, in_use) for model in list_models(places, machine_memory()).models]


def _row(model: ListedModel, places: Locations, in_use: Path | None) -> ModelRow:
    entry = entry_of(model.id) if model.file is None else None
    wanted = name_in_settings(model.file, places) if model.file else model.id
    used = model.file is not None and in_use is not None and model.file.resolve() == in_use.resolve()
    return ModelRow(model, wanted, used, terms_of(entry, places) if entry and model.runs else None)


def _usable(model_id: str) -> ManifestEntry:
    entry = entry_of(model_id)
    if entry is None:
        raise DeskError(f"There is no model '{model_id}' in the list.", title=TITLE)
    check_usable(entry)
    return entry
