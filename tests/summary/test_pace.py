"""Speed and time left."""

from __future__ import annotations

from app.folder_summary.pace import Pace


def test_only_what_was_generated_tells_the_speed():
    now = [0.0]
    pace = Pace(1000, clock=lambda: now[0])
    pace.add(400, 20, reused=True)
    assert pace.tokens_per_second == 0.0
    assert pace.seconds_left is None
    now[0] = 10.0
    pace.add(200, 50, reused=False)
    assert pace.tokens_per_second == 25.0
    assert pace.seconds_left == 20.0
