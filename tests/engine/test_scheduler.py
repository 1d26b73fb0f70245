"""What is computed next, without a model."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.engine.scheduler import Scheduler, admissible
from runtime.protocol import Priority


@dataclass(eq=False)
class Job:
    name: str
    priority: Priority = "foreground"
    prefilled: bool = True


def steps(scheduler: Scheduler[Job], running: list[Job], count: int) -> list[str]:
    said = []
    for _ in range(count):
        step = scheduler.next(running)
        assert step is not None
        said.append(("+" if step.prefill else "") + "".join(job.name for job in step.jobs))
    return said


def test_nothing_runs_when_nothing_is_there() -> None:
    assert Scheduler[Job](together=False).next([]) is None


def test_a_token_for_each_then_a_chunk() -> None:
    running = [Job("a"), Job("b"), Job("c", prefilled=False)]
    assert steps(Scheduler(together=False), running, 6) == ["a", "b", "+c", "a", "b", "+c"]
    assert steps(Scheduler(together=True), running, 4) == ["ab", "+c", "ab", "+c"]


def test_foreground_goes_first_and_background_goes_one_by_one() -> None:
    running = [Job("x", "background"), Job("y", "background"), Job("a", prefilled=False)]
    scheduler = Scheduler[Job](together=False)
    assert steps(scheduler, running, 2) == ["+a", "+a"]
    running.pop()
    assert steps(scheduler, running, 3) == ["x", "x", "x"]
    running.pop(0)
    assert steps(scheduler, running, 2) == ["y", "y"]


def test_a_job_that_ends_in_between_is_not_waited_for() -> None:
    running = [Job("a"), Job("b")]
    scheduler = Scheduler[Job](together=False)
    assert steps(scheduler, running, 1) == ["a"]
    running.pop(0)
    assert steps(scheduler, running, 2) == ["b", "b"]


def test_admission_leaves_a_slot_for_a_question() -> None:
    waiting = [Job("x", "background"), Job("a")]
    assert admissible(waiting, [], 2) is waiting[1]
    assert admissible(waiting[:1], [], 2) is waiting[0]
    assert admissible(waiting[:1], [Job("y", "background")], 2) is None
    assert admissible(waiting, [Job("y", "background")], 2) is waiting[1]
    assert admissible(waiting, [Job("y"), Job("z")], 2) is None
    assert admissible(waiting[:1], [], 1) is waiting[0]
