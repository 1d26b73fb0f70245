"""Work on other threads rests while the screen's event loop has something to do, and never for long."""

from __future__ import annotations

import asyncio
import threading
import time

from app import right_of_way
from app.right_of_way import FirstLoop, giving_way


async def _while_the_loop_is_busy(monkeypatch) -> list[int]:
    """What a thread got done while the loop never waited."""
    monkeypatch.setattr(right_of_way, "LONGEST_REST", 30.0)
    done: list[int] = []
    worker = threading.Thread(target=lambda: done.extend(giving_way(range(1000))))
    await asyncio.sleep(0.01)
    worker.start()
    time.sleep(0.1)  # the loop is busy meanwhile
    before = list(done)
    while worker.is_alive():
        await asyncio.sleep(0.001)
    assert done == list(range(1000))
    return before


def test_work_rests_while_the_loop_is_busy_and_goes_on_while_it_waits(monkeypatch):
    with asyncio.Runner(loop_factory=FirstLoop) as runner:
        assert runner.run(_while_the_loop_is_busy(monkeypatch)) == []


def test_work_goes_on_beside_a_loop_that_stays_busy(monkeypatch):
    monkeypatch.setattr(right_of_way, "LONGEST_REST", 0.01)

    async def busy() -> list[int]:
        worker = threading.Thread(target=lambda: done.extend(giving_way(range(3))))
        worker.start()
        worker.join(timeout=20)
        return done

    done: list[int] = []
    with asyncio.Runner(loop_factory=FirstLoop) as runner:
        assert runner.run(busy()) == [0, 1, 2]


def test_nothing_rests_without_such_a_loop_or_after_it(monkeypatch):
    monkeypatch.setattr(right_of_way, "LONGEST_REST", 30.0)
    assert list(giving_way("abc")) == ["a", "b", "c"]
    with asyncio.Runner(loop_factory=FirstLoop) as runner:
        runner.run(asyncio.sleep(0))
    assert list(giving_way("abc")) == ["a", "b", "c"]
