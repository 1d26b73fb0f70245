"""A data folder with a keyring beside it; the programs that measure stand in a folder without a package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.desk_db.keys import Keys, use_keys

SCRIPTS = Path(__file__).parents[2] / "packaging" / "benchmarks"
if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))


@pytest.fixture(autouse=True)
def no_keys_left() -> Iterator[None]:
    """Tests of other areas find no source of keys."""
    yield
    use_keys(lambda _path, _is_new: Keys())
