"""The number of threads, against a machine that is simulated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runtime.engine.threads import Governor


def run(governor: Governor, seconds: float, token: Callable[[int], float]) -> list[int]:
    """Decode for so many seconds on a machine where a token takes `token(threads)`; return the threads of each."""
    used, clock = [], 0.0
    while clock < seconds:
        took = token(governor.threads)
        used.append(governor.threads)
        clock += took
        governor.observe(took)
    return used


def quiet(threads: int) -> float:
    return 0.04 / threads


def busy(threads: int) -> float:
    """Two cores, one of them taken: the figures of the notes."""
    return {1: 0.038, 2: 0.345}[threads]


def test_one_thread_stays_one() -> None:
    assert set(run(Governor(1), 5, quiet)) == {1}


def test_free_cores_are_all_used_and_trials_cost_little() -> None:
    used = run(Governor(4), 60, quiet)
    assert used.count(4) / len(used) > 0.98


def test_a_busy_core_is_given_up_and_taken_back() -> None:
    governor = Governor(2)
    run(governor, 30, quiet)
    used = run(governor, 30, busy)
    assert governor.threads == 1
    assert used.count(2) < 20
    used = run(governor, 70, quiet)
    assert governor.threads == 2
    assert used[-100:].count(2) > 90


def test_a_machine_that_is_busy_from_the_start_is_noticed_at_once() -> None:
    governor = Governor(2)
    run(governor, 2.5, busy)
    assert governor.threads == 1


def test_tokens_that_slow_down_with_the_context_keep_their_threads() -> None:
    governor = Governor(4)
    for step in range(2000):
        governor.observe(quiet(governor.threads) * (1 + step / 500))
    assert governor.threads == 4


@pytest.mark.parametrize("free", [1, 3, 5, 8])
def test_the_number_settles_near_the_free_cores(free: int) -> None:
    def token(threads: int) -> float:
        return 0.04 / threads if threads <= free else 0.4

    governor = Governor(8)
    run(governor, 120, token)
    used = run(governor, 60, token)
    assert sum(abs(threads - free) <= 1 for threads in used) / len(used) > 0.9


def test_one_observation_may_be_enough() -> None:
    governor = Governor(2, enough=1)
    assert governor.observe(1.28, 128) == 1
    assert governor.observe(2.56, 128) == 2
    assert governor.observe(1.28, 128) == 2
