"""`llama-desk doctor`: what is here, what works, and what to do about what does not."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click
from pydantic import BaseModel

import app
from app.backend_wording import about_backends
from app.build_facts import commit
from app.calibrations import Calibrations, told
from app.commands.chosen_session import chosen_session
from app.commands.output import echo_json
from app.conversation.self_test import ENOUGH
from app.database_thread import DatabaseThread
from app.encryption.state import encryption_in_words, look_at_encryption
from app.engine_start import engine_client
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.model_choice import (
    about_the_pocket_model,
    choose_embedding_model,
    choose_model,
    installed_embedding_models,
)
from app.model_hashes import fingerprint_of
from app.settings import load_settings
from runtime.errors import RuntimeProblem
from runtime.model_file import check_model
from runtime.pocket import POCKET_MODEL
from runtime.protocol import DeviceList
from tools.desk_db import sqlite
from tools.desk_db.backups import Backups, check
from tools.desk_tools import SHIPPED
from tools.errors import ToolProblem
from tools.registry import Registry, installed

_MENDED_SQLITE = (3, 51, 3)
_OLDER_SQLITE = (
    "before 3.51.3 it can damage a database that two connections write at one moment, so llama-desk lets one write at a"
    " time, behind a lock that all its processes share; no other program should write to this file"
)


class Finding(BaseModel):
    """One thing that was looked at. `ok` False means that something is to be done, and `detail` says what."""

    name: str
    ok: bool
    detail: str


class Findings(BaseModel):
    findings: list[Finding]


@click.command()
@click.option("--model", metavar="ID|FILE", help="The model to try instead of the chosen one.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def doctor(model: str | None, as_json: bool) -> int:
    """Look at everything that llama-desk needs, and say what is missing."""
    places = locations()
    findings = [_versions(), _attempt("Data folder", lambda: _data_folder(places))]
    if findings[-1].ok:
        findings += [
            _attempt("Database", lambda: _database(places)),
            _attempt("Encryption", lambda: _encryption(places)),
            _attempt("Backups", lambda: _backups(places)),
            _attempt("Model", lambda: _model(places, model)),
            _attempt("Backends", lambda: _backends(places)),
            _attempt("Engine", lambda: _engine(places, model)),
            _attempt("Speed", lambda: asyncio.run(_speed(_chosen(places, model), places))),
            _attempt("Tools", _tools),
            _attempt("Tool calls", lambda: _tool_calls(places, model)),
            _attempt("Embedding model", lambda: _embedding_model(places)),
        ]
    if as_json:
        echo_json(Findings(findings=findings))
    else:
        for finding in findings:
            click.echo(f"{'ok ' if finding.ok else 'NO '} {finding.name}: {finding.detail}")
    return Exit.DONE if all(finding.ok for finding in findings) else Exit.FAILED


def _attempt(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, ok=True, detail=look())
    except (DeskError, RuntimeProblem, ToolProblem) as problem:
        return Finding(name=name, ok=False, detail=problem.sentence())


def _versions() -> Finding:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("llama-cpp-python", "textual", "sqlite-utils"))
    system = f"{platform.system()} {platform.machine()}"
    detail = f"llama-desk {app.__version__} ({commit()}) on Python {platform.python_version()}, {system}; {libraries}"
    return Finding(name="Versions", ok=True, detail=detail)


def _tools() -> str:
    registry = Registry(SHIPPED, installed())
    if registry.broken:
        raise DeskError(" ".join(registry.broken), hint="Update or remove the package that brings it.")
    return f"{len(registry)} tools, {len(registry) - len(SHIPPED)} of them from other packages"


def _tool_calls(places: Locations, asked: str | None) -> str:
    """How well the model calls tools, as its self-test found."""
    model, settings = _chosen(places, asked), load_settings(places.settings)
    database = DatabaseThread(places.database)
    try:
        fingerprint = fingerprint_of(database, model)
        score = database.run_now(lambda db: db.models.score(fingerprint))
    finally:
        database.close_now()
    if score is None:
        return "not tried with this model; llama-desk models test tries it"
    said = f"{score.right} of {score.cases} requests understood in its self-test"
    if score.share >= ENOUGH:
        return said
    if settings.writing_tools == "always":
        return f'{said}; it may write all the same, as writing_tools = "always" says'
    return f"{said}: too few, so it may read and not write"


def _data_folder(places: Locations) -> str:
    places.make()
    return f"{places.home}; models in {places.models}, engine log {places.engine_log}"


def _database(places: Locations) -> str:
    database = DatabaseThread(places.database)
    try:
        folders = database.run_now(lambda db: db.files.roots())
    finally:
        database.close_now()
    older = "" if sqlite.VERSION >= _MENDED_SQLITE else f"; {_OLDER_SQLITE}"
    return f"{places.database}, {len(folders)} folders read, SQLite {'.'.join(map(str, sqlite.VERSION))}{older}"


def _encryption(places: Locations) -> str:
    state = look_at_encryption(places)
    if state.unfinished:
        raise DeskError(encryption_in_words(state))
    return encryption_in_words(state)


def _backups(places: Locations) -> str:
    backups = Backups(places.backups).all()
    if not backups:
        return "none yet; one is made each day on which llama-desk is used"
    check(backups[0].path)
    latest = backups[0].made_at.astimezone()
    return f"{len(backups)} in {places.backups}, the latest of {latest:%Y-%m-%d %H:%M}, which is whole"


def _model(places: Locations, asked: str | None) -> str:
    model = _chosen(places, asked)
    return about_the_pocket_model(places) if model == POCKET_MODEL else str(model)


def _embedding_model(places: Locations) -> str:
    preferred = load_settings(places.settings).embedding_model
    chosen = choose_embedding_model(preferred, places)
    if chosen is not None:
        if not check_model(chosen).embeds:
            raise DeskError(f"{chosen} makes no vectors of texts.", hint="Name an embedding model in the settings.")
        return f"{chosen}; indexed folders are searched by meaning too"
    installed = installed_embedding_models(places)
    if installed:
        names = ", ".join(path.name for path in installed)
        return f'several are installed ({names}); name one in {places.settings}: embedding_model = "FILE"'
    return "none; search goes by words alone"


def _backends(places: Locations) -> str:
    return about_backends(asyncio.run(_ask_for_devices(places)), sys.platform)


async def _ask_for_devices(places: Locations) -> DeviceList:
    async with engine_client(places) as client:
        return await client.devices()


def _engine(places: Locations, asked: str | None) -> str:
    return asyncio.run(_start_engine(_chosen(places, asked), places))


def _chosen(places: Locations, asked: str | None) -> Path:
    return choose_model(asked, load_settings(places.settings).model, places)


async def _start_engine(model: Path, places: Locations) -> str:
    async with chosen_session(model, places) as (_, session):
        await session.client()
        loaded, plan = session.loaded, session.fitting.plan
        if loaded is None or plan is None:
            return "not loaded"
        where = f"on {loaded.device}, " if plan.on_gpu else ""
        return f"{session.name} {where}{plan.words()}; loaded in {loaded.seconds:.1f} s"


async def _speed(model: Path, places: Locations) -> str:
    """What was measured of the model on this machine; it is measured now when that was never done."""
    async with chosen_session(model, places) as (database, session):
        calibrations = Calibrations(database)
        found = await calibrations.known(session.fingerprint)
        if found is not None:
            return told(found)
        client = await session.client()
        found = await client.calibrate()
        if not found.complete:
            return "not measured: there was no time; the screen does it when nothing else is to be done"
        kept = await calibrations.keep(session.fingerprint, found)
        return told(found) if kept else f"{told(found)}, beside other programs that kept the processor busy"
