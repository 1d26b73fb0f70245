"""What was measured of models on this machine: kept by the model's file and by what the machine is."""

from __future__ import annotations

import asyncio
import platform
from pathlib import Path

import psutil

from app.database_thread import DatabaseThread
from app.wording import speed
from runtime.client import EngineClient
from runtime.errors import RuntimeProblem
from runtime.protocol import Calibrated
from tools.desk_db.models import Calibration

QUIET = 0.25
"""Cores that other programs may keep busy while a model is measured: beside more, it shows less than it can."""
CALM = 5.0
"""Seconds in which nobody asks for anything before a model is measured; doubled after each attempt in vain."""
_LONGEST_CALM = 300.0


class Calibrations:
    """The measurements in the desk database."""

    def __init__(self, database: DatabaseThread) -> None:
        self._database = database
        self._machine = machine()

    async def known(self, fingerprint: str) -> Calibrated | None:
        kept = await self._database.run(lambda db: db.models.calibration(fingerprint, self._machine))
        if kept is None:
            return None
        return Calibrated(
            request=0,
            complete=True,
            decode_threads=kept.decode_threads,
            prefill_threads=kept.prefill_threads,
            ubatch=kept.ubatch,
            prefill_speed=kept.prefill_speed,
            decode_speed=kept.decode_speed,
        )

    async def keep(self, fingerprint: str, found: Calibrated) -> bool:
        """Keep what says something about the machine; False for a measurement that was cut short or disturbed."""
        if not found.complete or found.foreign_cores > QUIET:
            return False
        kept = Calibration(
            found.decode_threads, found.prefill_threads, found.ubatch, found.prefill_speed, found.decode_speed
        )
        await self._database.run(lambda db: db.models.keep_calibration(fingerprint, self._machine, kept))
        return True


async def measure_when_calm(client: EngineClient, fingerprint: str, tuning: Calibrations, calm: float = CALM) -> None:
    """Measure the loaded model once nobody asks for anything; whoever asks meanwhile ends the attempt, not the wish."""
    pause = calm
    while True:
        await asyncio.sleep(pause)
        try:
            now = await client.stats()
            if now.running or now.waiting:
                continue
            if await tuning.keep(fingerprint, await client.calibrate()):
                return
        except RuntimeProblem:
            return  # whoever uses the engine hears of it
        pause = min(_LONGEST_CALM, 2 * pause)


def told(found: Calibrated) -> str:
    """ "reads 1,210 tok/s with 8 threads, writes 46 tok/s with 4"."""
    reading = f"reads {speed(found.prefill_speed)} with {found.prefill_threads} of {psutil.cpu_count()} threads"
    return f"{reading}, writes {speed(found.decode_speed)} with {found.decode_threads}"


def machine() -> str:
    """What a measurement holds for: the processor, its cores and the memory, in words."""
    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    gibibytes = round(psutil.virtual_memory().total / 2**30)
    return f"{_processor()}, {cores} cores, {gibibytes} GiB"


def _processor() -> str:
    """Linux says it in a file; elsewhere the platform knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
