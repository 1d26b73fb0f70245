"""LoRA adapters: what they change, that it goes away without a trace, and that a bad file is a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.client import EngineClient
from runtime.errors import BadModelFile
from runtime.model_file import check_adapter
from runtime.protocol import Adapter, SetAdapters, Stats, Turn
from tests.adapters import RANK, lora_tensors, make_lora
from tests.embedding_models import make_embedder
from tests.engine.engine_process import EngineProcess, engine_process, text_of, usage_of
from tests.models import WIDTH, make_tiny_llama

N_VOCAB = 504
PROMPT = "The landlord shall return the deposit within thirty days of the end of the lease, less the cost. " * 12
TURNS = (Turn(role="system", content=PROMPT), Turn(role="user", content="When is the deposit returned?"))
OTHER_TURNS = (Turn(role="system", content=PROMPT), Turn(role="user", content="Who keeps the rooms in order?"))


@pytest.fixture(scope="module")
def lora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lora(tmp_path_factory.mktemp("adapters") / "style.gguf")


@pytest.fixture(scope="module")
def other_lora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lora(tmp_path_factory.mktemp("adapters") / "other.gguf", lora_tensors(seed=1))


@pytest.fixture
def engine(tiny_model: Path, tmp_path: Path) -> Iterator[EngineProcess]:
    with engine_process(tmp_path) as process:
        assert process.load(tiny_model).kind == "loaded"
        yield process


def attach(engine: EngineProcess, *adapters: Path | Adapter) -> Any:
    wanted = tuple(one if isinstance(one, Adapter) else Adapter(path=str(one)) for one in adapters)
    return engine.ask(SetAdapters, adapters=wanted)


def said(engine: EngineProcess, **fields: Any) -> str:
    return text_of(engine.generate(**({"turns": TURNS} | fields), max_tokens=24))


def test_it_changes_the_text_and_leaves_no_trace_when_it_is_gone(
    engine: EngineProcess, lora: Path, other_lora: Path
) -> None:
    plain = said(engine)
    assert attach(engine, lora).kind == "adapters_set"
    changed = said(engine)
    assert changed != plain
    attach(engine, other_lora)
    other = said(engine)
    assert len({plain, changed, other}) == 3
    attach(engine)
    assert said(engine) == plain
    attach(engine, lora)
    assert said(engine) == changed


def test_it_may_change_how_words_are_read(engine: EngineProcess, tmp_path: Path) -> None:
    plain = said(engine)
    attach(engine, make_lora(tmp_path / "words.gguf", for_vocabulary()))
    assert said(engine) != plain
    attach(engine)
    assert said(engine) == plain


def test_its_scale_counts_and_none_of_it_is_nothing(engine: EngineProcess, lora: Path) -> None:
    plain = said(engine)
    texts = []
    for scale in (1.0, 0.5, 0.0, -1.0):
        attach(engine, Adapter(path=str(lora), scale=scale))
        texts.append(said(engine))
    assert texts[2] == plain
    assert len(set(texts)) == 4


def test_two_together_are_neither_of_them(engine: EngineProcess, lora: Path, other_lora: Path) -> None:
    texts = []
    for adapters in ((lora,), (other_lora,), (lora, other_lora)):
        attach(engine, *adapters)
        texts.append(said(engine))
    assert len(set(texts)) == 3


def test_what_was_computed_with_one_set_is_never_used_for_another(engine: EngineProcess, lora: Path) -> None:
    def reused(turns: tuple[Turn, ...]) -> int:
        return int(usage_of(engine.generate(turns=turns, max_tokens=4)).reused_tokens)

    assert reused(TURNS) == 0
    assert reused(TURNS) > 100
    attach(engine, lora)
    assert reused(TURNS) == 0
    assert reused(OTHER_TURNS) > 100
    attach(engine, Adapter(path=str(lora), scale=0.5))
    assert reused(TURNS) == 0


def test_a_model_can_be_loaded_with_them(engine: EngineProcess, tiny_model: Path, lora: Path) -> None:
    attach(engine, lora)
    changed = said(engine)
    assert engine.load(tiny_model, adapters=(Adapter(path=str(lora)),)).kind == "loaded"
    assert said(engine) == changed
    assert engine.load(tiny_model).kind == "loaded"
    assert said(engine) != changed


def test_what_is_under_way_ends_as_cancelled(engine: EngineProcess, lora: Path) -> None:
    request = engine.start(turns=TURNS, max_tokens=1500)
    while engine.receive().kind != "delta":
        pass
    change = engine.send(SetAdapters(request=engine.number(), adapters=(Adapter(path=str(lora)),)))
    events = engine.collect(request)
    assert events[request][-1].reason == "cancelled"
    answer = engine.receive() if change not in events else events[change][0]
    assert (answer.kind, answer.request) == ("adapters_set", change)


def test_a_bad_one_changes_nothing_and_what_is_under_way_goes_on(
    engine: EngineProcess, lora: Path, tmp_path: Path
) -> None:
    attach(engine, lora)
    changed = said(engine)
    bad = make_lora(tmp_path / "bad.gguf", architecture="gemma")
    request = engine.start(turns=TURNS, max_tokens=24)
    engine.send(SetAdapters(request=engine.number(), adapters=(Adapter(path=str(bad)),)))
    events = engine.collect(request)
    assert text_of(events[request]) == changed
    failed = [event for other in events if other != request for event in events[other]] or [engine.receive()]
    assert failed[0].title == "Not a usable model file"
    assert "another architecture (gemma" in failed[0].message
    assert attach(engine, lora, lora).message == "The adapter style.gguf is named twice."
    assert said(engine) == changed


def test_one_that_is_attached_and_detached_again_and_again_takes_no_memory(engine: EngineProcess, lora: Path) -> None:
    def rounds(count: int) -> int:
        for _ in range(count):
            attach(engine, lora)
            attach(engine)
        return int(engine.ask(Stats).resident_bytes)

    before = rounds(20)
    assert rounds(60) - before < 4 << 20


def test_there_must_be_a_model_that_writes(tmp_path: Path, lora: Path) -> None:
    with engine_process(tmp_path) as process:
        assert attach(process, lora).message == "No model is loaded."
        process.load(make_embedder(tmp_path / "vectors.gguf"), purpose="vectors")
        assert "loaded for vectors" in attach(process, lora).message


async def test_the_client_brings_them_back_when_the_engine_died(
    engine_command: tuple[str, ...], tiny_model: Path, lora: Path, tmp_path: Path
) -> None:
    async def answer(client: EngineClient) -> str:
        return text_of([event async for event in client.generate(turns=TURNS, max_tokens=24) if hasattr(event, "kind")])

    async with EngineClient(engine_command, work_dir=tmp_path / "work", log_file=tmp_path / "log") as client:
        await client.load(tiny_model)
        plain = await answer(client)
        await client.set_adapters([Adapter(path=str(lora))])
        changed = await answer(client)
        assert changed != plain
        assert client._supervisor._process is not None
        client._supervisor._process.kill()
        assert await answer(client) == changed
        with pytest.raises(BadModelFile, match="named twice"):
            await client.set_adapters([Adapter(path=str(lora))] * 2)
        assert await answer(client) == changed
        await client.set_adapters([])
        assert await answer(client) == plain


def some(**shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """A part of an adapter: the tensors of one weight, with the shapes as NumPy has them."""
    return {f"blk.0.attn_q.weight.{half}": np.ones(shape, np.float32) for half, shape in shapes.items()}


def for_vocabulary() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    shapes = {"a": (N_VOCAB, RANK), "b": (WIDTH, RANK)}
    return {
        f"token_embd.weight.lora_{half}": random.standard_normal(shape).astype(np.float32)
        for half, shape in shapes.items()
    }


def wrong_type(key: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        return make_lora(path, alpha=None, adapter=None, also=lambda writer: writer.add_uint32(key, 1))

    return make


SOUND = lora_tensors()
BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "text": (lambda path: path.write_text("Dear Sir or Madam"), "is not a GGUF file"),
    "nothing": (lambda path: None, "There is no file"),
    "a model": (make_tiny_llama, "is not an adapter but a model of its own"),
    "another kind": (lambda path: make_lora(path, adapter="control"), "another kind than LoRA"),
    "no kind": (lambda path: make_lora(path, adapter=None), "another kind than LoRA"),
    "a number for its kind": (wrong_type("adapter.type"), "another kind than LoRA"),
    "a number for its strength": (
        lambda path: make_lora(path, alpha=None, also=lambda writer: writer.add_uint32("adapter.lora.alpha", 8)),
        "its strength is no number",
    ),
    "64 bits for its strength": (
        lambda path: make_lora(path, alpha=None, also=lambda writer: writer.add_float64("adapter.lora.alpha", 8.0)),
        "its strength is no number",
    ),
    "several numbers for its strength": (
        lambda path: make_lora(path, alpha=None, also=lambda writer: writer.add_array("adapter.lora.alpha", [8.0] * 2)),
        "its strength is no number",
    ),
    "no number": (lambda path: make_lora(path, alpha=float("nan")), "its strength is no number"),
    "another architecture": (lambda path: make_lora(path, architecture="qwen2"), "another architecture (qwen2"),
    "words that switch it on": (
        lambda path: make_lora(path, also=lambda writer: writer.add_array("adapter.alora.invocation_tokens", [1])),
        "certain words switch on",
    ),
    "no tensors": (lambda path: make_lora(path, {}), "it changes nothing"),
    "one half": (lambda path: make_lora(path, some(lora_a=(RANK, WIDTH))), "one half of its change"),
    "too wide": (
        lambda path: make_lora(path, some(lora_a=(RANK, 2 * WIDTH), lora_b=(WIDTH, RANK))),
        "for a model of another size",
    ),
    "two ranks": (
        lambda path: make_lora(path, some(lora_a=(RANK, WIDTH), lora_b=(WIDTH, 2 * RANK))),
        "for a model of another size",
    ),
    "three dimensions": (
        lambda path: make_lora(path, some(lora_a=(2, RANK, WIDTH), lora_b=(2, WIDTH, RANK))),
        "for a model of another size",
    ),
    "a layer too many": (lambda path: make_lora(path, lora_tensors(layers=3)), "weights that this model does not have"),
    "something else": (lambda path: make_lora(path, SOUND | {"x": np.ones(4, np.float32)}), "does not know (x)"),
    "half the size": (
        lambda path: path.write_bytes(make_lora(path).read_bytes()[:-200]),
        "is damaged: it is cut short",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_one_that_does_not_fit_is_a_sentence(tmp_path: Path, tiny_model: Path, what: str) -> None:
    make, words = BAD[what]
    path = tmp_path / "adapter.gguf"
    make(path)
    with pytest.raises(BadModelFile) as raised:
        check_adapter(path, tiny_model)
    assert words in raised.value.sentence()
    assert raised.value.hint


def test_a_vocabulary_that_the_model_has_only_once_is_not_changed(tmp_path: Path, tiny_model: Path) -> None:
    """llama.cpp aborts: it multiplies with factors that are laid out for looking words up."""
    path = make_lora(tmp_path / "adapter.gguf", for_vocabulary())
    with pytest.raises(BadModelFile, match="has it only once"):
        check_adapter(path, make_tiny_llama(tmp_path / "tied.gguf", tied=True))
    assert check_adapter(path, tiny_model).architecture == "llama"


def test_a_sound_one_says_what_it_is(tmp_path: Path, tiny_model: Path) -> None:
    path = make_lora(tmp_path / "style.gguf", also=lambda writer: writer.add_name("House\nstyle"))
    facts = check_adapter(path, tiny_model)
    assert (facts.name, facts.architecture, facts.size) == ("House style", "llama", path.stat().st_size)
