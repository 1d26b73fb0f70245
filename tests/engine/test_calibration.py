"""Calibration: what it concludes of a machine that is simulated, and that it gives way to whoever asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.client import EngineClient
from runtime.engine.sweep import Figures, Trial, sweep, thread_counts
from runtime.engine.threads import Governor
from runtime.protocol import Calibrate, Calibrated, Cancel, CountTokens, Stats
from tests.embedding_models import make_embedder
from tests.engine.engine_process import EngineProcess, engine_process, text_of

CHUNKS = (128, 256, 512)

type Machine = Callable[[Trial], float]


def run(machine: Machine, most: int = 8, seconds: float = 3.0) -> tuple[Figures | None, list[Trial], float]:
    """What was found, the trials that it took, and their seconds."""
    trials: list[Trial] = []
    spent = 0.0
    running = sweep(thread_counts(most), CHUNKS, seconds)
    trial = next(running)
    while True:
        trials.append(trial)
        took = machine(trial)
        spent += took
        try:
            trial = running.send(took)
        except StopIteration as done:
            return done.value, trials, spent


def machine(decode: float, prefill: float, *, memory_bound_from: int = 64, best_chunk: int = 128) -> Machine:
    """One whose token takes so many seconds with one thread; more threads than memory can feed gain nothing."""

    def took(trial: Trial) -> float:
        if trial.tokens == 1:
            return decode / min(trial.threads, memory_bound_from)
        waste = 1.0 if trial.tokens >= best_chunk else 1.3
        return trial.tokens * prefill * waste / trial.threads

    return took


def test_the_numbers_of_threads_that_are_tried() -> None:
    assert [thread_counts(most) for most in (1, 2, 4, 8)] == [[1], [2, 1], [4, 3, 2, 1], [8, 7, 4, 2, 1]]


def test_a_token_waits_for_memory_and_a_prompt_for_cores() -> None:
    found, _, _ = run(machine(0.04, 0.004, memory_bound_from=4))
    assert found is not None
    assert (found.decode_threads, found.prefill_threads, found.ubatch) == (4, 8, 128)
    assert found.decode_speed == pytest.approx(4 / 0.04)
    assert found.prefill_speed == pytest.approx(8 / 0.004)


def test_a_larger_piece_is_taken_where_it_gains_something() -> None:
    found, _, _ = run(machine(0.04, 0.002, best_chunk=256))
    assert found is not None
    assert found.ubatch == 256


def test_fewer_threads_are_better_on_a_machine_where_more_wait_for_each_other() -> None:
    found, _, _ = run(lambda trial: 0.0001 * trial.tokens * trial.threads)
    assert found is not None
    assert (found.decode_threads, found.prefill_threads) == (1, 1)


@pytest.mark.parametrize("slow", [0.01, 0.1, 0.5, 1.0])
def test_it_ends_in_time_or_a_run_later(slow: float) -> None:
    found, trials, spent = run(machine(slow, slow / 4))
    assert spent <= 3.0 + slow * 8
    assert len(trials) < 60
    assert found is None or found.decode_speed > 0


def test_without_the_time_to_compare_pieces_that_stays_open() -> None:
    found, trials, _ = run(machine(1.0, 0.5))
    assert found is not None
    assert found.ubatch == 0
    assert max(trial.tokens for trial in trials) == 16


def test_a_cold_start_tells_nothing() -> None:
    assert run(lambda trial: 20.0)[0] is None


def test_a_pocket_model_takes_no_time_that_is_noticed() -> None:
    _, _, spent = run(machine(0.0004, 0.00002))
    assert spent < 0.1


def test_the_governor_begins_with_what_was_found_and_finds_more_by_itself() -> None:
    governor = Governor(8, first=2)
    assert governor.threads == 2
    for _ in range(10_000):
        governor.observe(0.04 / governor.threads)
    assert governor.threads > 2
    assert Governor(4, first=16).threads == 4


@pytest.fixture
def engine(tiny_model: Path, tmp_path: Path) -> Iterator[EngineProcess]:
    with engine_process(tmp_path) as process:
        process.load(tiny_model, threads=2)
        yield process


def test_a_real_model_is_measured_and_answers_the_same_as_before(engine: EngineProcess) -> None:
    before = text_of(engine.generate(prompt="The landlord", max_tokens=20))
    found = engine.ask(Calibrate, seconds=20)
    assert found.complete
    assert found.decode_threads in (1, 2)
    assert found.prefill_threads in (1, 2)
    assert found.ubatch in CHUNKS
    assert min(found.prefill_speed, found.decode_speed, found.seconds) > 0
    assert text_of(engine.generate(prompt="The landlord", max_tokens=20)) == before


def test_a_generation_ends_it_and_a_count_does_not(engine: EngineProcess) -> None:
    request = engine.send(Calibrate(request=engine.number(), seconds=60))
    assert engine.ask(CountTokens, texts=("The landlord",)).kind in ("counted", "calibrated")
    generation = engine.start(prompt="The landlord", max_tokens=4)
    events = engine.collect(generation)
    assert events[generation][-1].reason == "length"
    assert engine.ask(Stats).running == 0
    assert request not in events or events[request][0].kind == "calibrated"


def test_it_can_be_cancelled(engine: EngineProcess) -> None:
    request = engine.send(Calibrate(request=engine.number(), seconds=60))
    start = time.perf_counter()
    engine.send(Cancel(request=request))
    assert engine.receive().request == request
    assert time.perf_counter() - start < 30
    assert engine.generate(prompt="The landlord", max_tokens=4)[-1].reason == "length"


def test_there_must_be_a_model_that_writes(tmp_path: Path) -> None:
    with engine_process(tmp_path) as process:
        assert process.ask(Calibrate).message == "No model is loaded."
        process.load(make_embedder(tmp_path / "vectors.gguf"), purpose="vectors")
        assert "loaded for vectors" in process.ask(Calibrate).message


async def test_the_client_measures_and_loads_with_what_was_found(
    engine_command: tuple[str, ...], tiny_model: Path, tmp_path: Path
) -> None:
    async with EngineClient(engine_command, work_dir=tmp_path / "work", log_file=tmp_path / "log") as client:
        await client.load(tiny_model, threads=2)
        found = await client.calibrate(20)
        assert found.complete
        best = Calibrated(request=0, complete=True, decode_threads=1, prefill_threads=2, ubatch=64)
        await client.load(tiny_model, threads=2, calibrated=best)
        assert (await client.stats()).threads == 1
        assert [event.kind async for event in client.generate(prompt="Rent", max_tokens=2)][-1] == "done"
