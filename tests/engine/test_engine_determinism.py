"""The same request gives the same text, to the last bit, whatever the engine did before or does beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.protocol import Turn
from tests.engine.engine_process import EngineProcess, engine_process, text_of, usage_of
from tests.models import make_tiny_llama

WORDS = ("lease", "deposit", "garden", "meeting", "budget", "the", "of", "and", "ball", "tree")
SYSTEM = Turn(role="system", content="You say what the documents say, in few words. " * 12)


@pytest.fixture(scope="module")
def long_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with more layers, so that a long prompt takes a while."""
    return make_tiny_llama(tmp_path_factory.mktemp("models") / "long.gguf", n_ctx=8192, layers=24)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineProcess]:
    with engine_process(tmp_path) as process:
        yield process


def conversation(seed: int, words: int) -> tuple[Turn, Turn]:
    chosen = random.Random(seed).choices(WORDS, k=words)
    return SYSTEM, Turn(role="user", content=" ".join(chosen))


def alone(folder: Path, model: Path, turns: tuple[Turn, ...], **fields: object) -> str:
    """What a fresh engine with no history says."""
    with engine_process(folder) as process:
        process.load(model)
        return text_of(process.generate(turns=turns, max_tokens=24, **fields))


def test_reusing_a_prefix_changes_nothing(engine: EngineProcess, tiny_model: Path, tmp_path: Path) -> None:
    engine.load(tiny_model)
    cold = engine.generate(turns=conversation(1, 90), max_tokens=24)
    assert usage_of(cold).reused_tokens == 0
    engine.generate(turns=conversation(2, 300), max_tokens=24)
    warm = engine.generate(turns=conversation(1, 90), max_tokens=24)
    assert usage_of(warm).reused_tokens > 100
    assert text_of(warm) == text_of(cold) == alone(tmp_path, tiny_model, conversation(1, 90))


def test_a_longer_conversation_starts_from_the_shorter_one(
    engine: EngineProcess, tiny_model: Path, tmp_path: Path
) -> None:
    engine.load(tiny_model)
    first = conversation(3, 250)
    answer = text_of(engine.generate(turns=first, max_tokens=24))
    longer = (*first, Turn(role="assistant", content=answer), Turn(role="user", content="And the deposit?"))
    events = engine.generate(turns=longer, max_tokens=24)
    assert usage_of(events).reused_tokens > 300
    assert text_of(events) == alone(tmp_path, tiny_model, longer)


def test_requests_side_by_side_do_not_touch_each_other(engine: EngineProcess, tiny_model: Path, tmp_path: Path) -> None:
    engine.load(tiny_model)
    asked = [conversation(seed, 60 + 40 * seed) for seed in range(5)]
    priorities = ("foreground", "background")
    requests = [
        engine.start(turns=turns, max_tokens=24, priority=priorities[index % 2]) for index, turns in enumerate(asked)
    ]
    events = engine.collect(*requests)
    together = [text_of(events[request]) for request in requests]
    with engine_process(tmp_path) as fresh:
        fresh.load(tiny_model, slots=1)
        assert together == [text_of(fresh.generate(turns=turns, max_tokens=24)) for turns in asked]


def test_threads_change_nothing(engine: EngineProcess, tiny_model: Path) -> None:
    said = set()
    for threads in (1, 2, 3):
        engine.load(tiny_model, threads=threads)
        said.add(text_of(engine.generate(turns=conversation(4, 500), max_tokens=60)))
    assert len(said) == 1


def test_cancel_in_a_prefill_leaves_no_trace(engine: EngineProcess, long_model: Path, tmp_path: Path) -> None:
    engine.load(long_model, threads=1)
    request = engine.start(turns=conversation(5, 4000), max_tokens=24)
    while engine.receive().tokens == 0:
        pass
    events, seconds = engine.cancel(request)
    assert seconds < 5  # the work that was left would take longer; the benchmark has the figure
    assert events[-1].reason == "cancelled"
    usage = usage_of(events)
    assert usage.tokens == 0
    after = text_of(engine.generate(turns=conversation(5, 300), max_tokens=24))
    assert after == alone(tmp_path, long_model, conversation(5, 300))


def test_cancel_while_decoding_and_before_the_start(engine: EngineProcess, long_model: Path) -> None:
    engine.load(long_model, slots=1, threads=1)
    running = engine.start(prompt="The landlord", max_tokens=5000)
    queued = engine.start(prompt="The tenant", max_tokens=5000)
    while engine.receive().kind != "delta":
        pass
    events, seconds = engine.cancel(queued)
    assert seconds < 5  # the work that was left would take longer; the benchmark has the figure
    assert [event.kind for event in events[-2:]] == ["usage", "done"]
    events, seconds = engine.cancel(running)
    assert seconds < 5  # the work that was left would take longer; the benchmark has the figure
    assert events[-1].reason == "cancelled"


def test_cancelling_what_has_ended_is_harmless(engine: EngineProcess, tiny_model: Path) -> None:
    engine.load(tiny_model)
    events = engine.generate(prompt="The", max_tokens=2)
    engine.send(_cancel(events[-1].request))
    engine.send(_cancel(12345))
    assert text_of(engine.generate(prompt="The", max_tokens=2)) == text_of(events)


def test_foreground_does_not_wait_for_a_background_prefill(
    engine: EngineProcess, long_model: Path, tmp_path: Path
) -> None:
    engine.load(long_model, threads=1)
    background = engine.start(turns=conversation(6, 1500), max_tokens=24, priority="background")
    while engine.receive().tokens == 0:
        pass
    foreground = engine.start(prompt="The", max_tokens=3)
    events = engine.collect(foreground)
    assert all(event.kind == "prefilled" for event in events.get(background, []))
    rest = engine.collect(background)[background]
    assert text_of(rest) == alone(tmp_path, long_model, conversation(6, 1500), priority="background")


def _cancel(request: int) -> object:
    from runtime.protocol import Cancel

    return Cancel(request=request)
