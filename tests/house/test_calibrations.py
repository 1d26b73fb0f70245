"""What was measured of a model: kept for this machine, and only when it says something about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.calibrations import Calibrations, machine, measure_when_calm, told
from app.database_thread import DatabaseThread
from runtime.errors import EngineFailed
from runtime.protocol import Calibrated, StatsReport

FOUND = Calibrated(
    request=3, complete=True, decode_threads=2, prefill_threads=4, ubatch=256, prefill_speed=120.4, decode_speed=9.6,
    foreign_cores=0.1, seconds=2.5,
)  # fmt: skip
CUT_SHORT = Calibrated(request=1, complete=False)
DISTURBED = FOUND.model_copy(update={"foreign_cores": 1.5, "decode_threads": 1})


class Client:
    """An engine that is asked for so many things before it is calm, and then finds what a test has written down."""

    def __init__(self, *found: Calibrated | EngineFailed, busy: int = 0) -> None:
        self.found = list(found)
        self.busy = busy

    async def stats(self) -> StatsReport:
        self.busy -= 1
        return StatsReport(request=1, resident_bytes=0, running=int(self.busy >= 0))

    async def calibrate(self) -> Calibrated:
        found = self.found.pop(0)
        if isinstance(found, EngineFailed):
            raise found
        return found


@pytest.fixture
async def calibrations(tmp_path: Path) -> AsyncIterator[Calibrations]:
    database = DatabaseThread(tmp_path / "desk.db")
    yield Calibrations(database)
    await database.close()


async def measure(client: Any, calibrations: Calibrations) -> None:
    await asyncio.wait_for(measure_when_calm(client, "fingerprint", calibrations, calm=0.001), 20)


async def test_what_was_found_is_known_from_then_on(calibrations: Calibrations) -> None:
    assert await calibrations.known("fingerprint") is None
    assert await calibrations.keep("fingerprint", FOUND)
    known = await calibrations.known("fingerprint")
    assert known == FOUND.model_copy(update={"request": 0, "foreign_cores": 0.0, "seconds": 0.0})
    assert await calibrations.known("another") is None


async def test_another_machine_is_measured_anew(calibrations: Calibrations) -> None:
    await calibrations.keep("fingerprint", FOUND)
    calibrations._machine = "Another CPU, 4 cores, 8 GiB"
    assert await calibrations.known("fingerprint") is None


@pytest.mark.parametrize("found", [CUT_SHORT, DISTURBED], ids=["cut short", "disturbed"])
async def test_what_says_nothing_is_not_kept(calibrations: Calibrations, found: Calibrated) -> None:
    assert not await calibrations.keep("fingerprint", found)
    assert await calibrations.known("fingerprint") is None


async def test_it_is_measured_when_it_is_calm_and_again_until_it_says_something(calibrations: Calibrations) -> None:
    client = Client(CUT_SHORT, DISTURBED, FOUND, busy=3)
    await measure(client, calibrations)
    known = await calibrations.known("fingerprint")
    assert (known is not None, client.found) == (True, [])
    assert known is not None
    assert known.decode_threads == FOUND.decode_threads


async def test_an_engine_that_fails_ends_it(calibrations: Calibrations) -> None:
    await measure(Client(EngineFailed("The engine stopped.")), calibrations)
    assert await calibrations.known("fingerprint") is None


def test_a_person_reads_it_in_words() -> None:
    assert told(FOUND).startswith("reads 120 tok/s with 4 of ")
    assert told(FOUND).endswith("writes 9.6 tok/s with 2")
    assert "GiB" in machine()
