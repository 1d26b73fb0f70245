"""A calendar in Berlin, on a Friday morning in November."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools.calendar import Calendar
from tools.desk_db import DeskDatabase

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=BERLIN)


@pytest.fixture
def db(tmp_path: Path):
    with DeskDatabase.open(tmp_path / "desk.db", clock=NOW.timestamp) as opened:
        yield opened


@pytest.fixture
def calendar(db: DeskDatabase) -> Calendar:
    return Calendar(db, BERLIN, lambda: NOW)
