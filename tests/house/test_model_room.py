"""Whether a machine has the memory for a model."""

from __future__ import annotations

import pytest

from app.model_room import machine_memory, room

GB = 10**9


@pytest.mark.parametrize(
    ("needed", "total", "available", "fits", "why"),
    [
        (1 * GB, 8 * GB, 5 * GB, True, "needs 1.0 GB of memory; 5.0 GB are free"),
        (6 * GB, 8 * GB, 2 * GB, True, "needs 6.0 GB of memory; only 2.0 GB are free at the moment"),
        (8 * GB, 8 * GB, 8 * GB, False, "needs 8.0 GB of memory, and this machine has 8.0 GB in all"),
        (7 * GB, 8 * GB, 8 * GB, False, "needs 7.0 GB of memory, and this machine has 8.0 GB in all"),
    ],
)
def test_what_fits_and_why(needed, total, available, fits, why):
    found = room(needed, total, available)
    assert (found.fits, found.why) == (fits, why)


def test_this_machine_has_some():
    assert 0 < machine_memory().available <= machine_memory().total
