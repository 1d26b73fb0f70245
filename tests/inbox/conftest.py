from __future__ import annotations

import pytest

from tools.desk_db import DeskDatabase


@pytest.fixture
def db(tmp_path):
    with DeskDatabase.open(tmp_path / "desk" / "desk.db") as opened:
        yield opened
