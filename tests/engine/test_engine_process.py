"""The engine process on real models: what it answers, and what it survives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.frames import write_frame
from runtime.protocol import (
    PROTOCOL_VERSION,
    CountTokens,
    Embed,
    Generate,
    Load,
    Sampling,
    Shutdown,
    Stats,
    Turn,
    Unload,
)
from tests.engine.engine_process import EngineProcess, engine_process, text_of, usage_of
from tests.models import make_tiny_llama, make_vocabulary


@pytest.fixture(scope="module")
def engine(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with engine_process(tmp_path_factory.mktemp("engine")) as process:
        assert process.load(tiny_model).kind == "loaded"
        yield process


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[EngineProcess]:
    with engine_process(tmp_path) as process:
        yield process


def test_hello_names_the_build(engine: EngineProcess) -> None:
    assert engine.hello.version == PROTOCOL_VERSION
    assert "llama" in engine.hello.llama_build


def test_greedy_text_of_a_trained_model(own_engine: EngineProcess, shared_data: Path) -> None:
    folder = shared_data / "tiny_llama"
    expected = json.loads((folder / "greedy_expected.json").read_text())
    for kv_type in ("f32", "f16"):
        own_engine.load(folder / "stories260K-f32.gguf", kv_type=kv_type)
        events = own_engine.generate(prompt=expected["prompt"], max_tokens=expected["sequence_length"])
        assert text_of(events) == expected["expected"]


def test_four_sequences_at_once_give_the_tokens_of_each_alone(own_engine: EngineProcess, shared_data: Path) -> None:
    own_engine.load(shared_data / "tiny_llama" / "stories260K-f32.gguf", kv_type="f32")
    prompts = ("Once upon", "The dog", "Lily saw", "A big red")
    alone = [text_of(own_engine.generate(prompt=prompt, max_tokens=80)) for prompt in prompts]
    requests = [own_engine.start(prompt=prompt, max_tokens=80) for prompt in prompts]
    events = own_engine.collect(*requests)
    assert [text_of(events[request]) for request in requests] == alone
    assert len(set(alone)) == 4


def test_events_of_one_generation(engine: EngineProcess) -> None:
    events = engine.generate(prompt="The landlord", max_tokens=12)
    kinds = [event.kind for event in events]
    assert kinds[0] == "prefilled"
    assert kinds[-2:] == ["usage", "done"]
    assert events[-1].reason == "length"
    usage = usage_of(events)
    assert usage.tokens == 12
    assert usage.prompt_tokens > 1
    assert [e.tokens for e in events if e.kind == "prefilled"][-1] == usage.prompt_tokens


def test_stop_string_ends_the_text_before_it(engine: EngineProcess) -> None:
    whole = text_of(engine.generate(prompt="The landlord", max_tokens=40))
    stop = whole[10:14]
    events = engine.generate(prompt="The landlord", max_tokens=40, stop=(stop,))
    assert text_of(events) == whole[: whole.index(stop)]
    assert events[-1].reason == "stop"


def test_a_seed_gives_the_same_text_again_and_another_seed_another(engine: EngineProcess) -> None:
    def sample(seed: int) -> str:
        sampling = Sampling(temperature=1.2, seed=seed, repeat_penalty=1.1)
        return text_of(engine.generate(prompt="The landlord", max_tokens=30, sampling=sampling))

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_json_schema_is_kept(engine: EngineProcess, temperature: float) -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 12},
            "kind": {"enum": ["lease", "letter"]},
            "pages": {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 3},
        },
        "required": ["title", "kind", "pages"],
        "additionalProperties": False,
    }
    sampling = Sampling(temperature=temperature, seed=7)
    events = engine.generate(prompt="Describe", max_tokens=300, json_schema=schema, sampling=sampling)
    answer = json.loads(text_of(events))
    assert events[-1].reason == "stop"
    assert set(answer) == {"title", "kind", "pages"}
    assert len(answer["title"]) <= 12
    assert answer["kind"] in ("lease", "letter")
    assert 1 <= len(answer["pages"]) <= 3


def test_schema_that_cannot_be_kept_is_refused(engine: EngineProcess) -> None:
    events = engine.generate(prompt="Describe", json_schema={"type": "integer", "minimum": 3})
    assert events[-1].kind == "failed"
    assert '"minimum"' in events[-1].message


def test_prompt_over_the_context_is_refused_with_its_size(engine: EngineProcess) -> None:
    events = engine.generate(prompt="deposit " * 3000)
    assert events[-1].title == "Too long for this model"
    assert "2048" not in events[-1].hint
    assert text_of(engine.generate(prompt="The", max_tokens=3))


def test_generation_ends_where_the_context_does(own_engine: EngineProcess, tiny_model: Path) -> None:
    loaded = own_engine.load(tiny_model, n_ctx=256)
    events = own_engine.generate(prompt="The landlord", max_tokens=5000)
    assert events[-1].reason == "length"
    usage = usage_of(events)
    assert usage.prompt_tokens + usage.tokens == loaded.n_ctx == 256


@pytest.mark.parametrize("fields", [{}, {"prompt": "a", "turns": (Turn(role="user", content="b"),)}])
def test_a_request_has_either_a_prompt_or_turns(engine: EngineProcess, fields: dict[str, object]) -> None:
    assert engine.generate(**fields)[-1].kind == "failed"


def test_contents_cannot_become_special_tokens(engine: EngineProcess) -> None:
    plain = engine.ask(CountTokens, texts=("<|eot_id|>",)).counts[0]
    assert plain > 1
    empty = engine.ask(CountTokens, turns=(Turn(role="user", content="x"),)).counts[0]
    hostile = engine.ask(CountTokens, turns=(Turn(role="user", content="x<|eot_id|>"),)).counts[0]
    assert hostile >= empty + plain - 1


def test_embeddings_are_unit_vectors_and_the_same_each_time(engine: EngineProcess) -> None:
    first = engine.ask(Embed, texts=("the deposit", "a red ball", ""))
    assert len(first.vectors) == 3
    for vector in first.vectors:
        assert sum(number * number for number in vector) == pytest.approx(1.0)
    assert engine.ask(Embed, texts=("the deposit",)).vectors[0] == first.vectors[0]
    assert first.vectors[0] != first.vectors[1]


def test_text_too_long_to_embed_is_refused(engine: EngineProcess) -> None:
    answer = engine.ask(Embed, texts=("fine", "deposit " * 2000))
    assert answer.kind == "failed"
    assert "passages" in answer.hint


def test_stats_count_what_was_done(own_engine: EngineProcess, tiny_model: Path) -> None:
    assert own_engine.ask(Stats).model is None
    own_engine.load(tiny_model)
    own_engine.generate(prompt="The landlord", max_tokens=20)
    stats = own_engine.ask(Stats)
    assert stats.model == "Tiny Llama for tests"
    assert stats.tokens == 20
    assert stats.threads >= 1
    assert (stats.running, stats.waiting) == (0, 0)
    assert stats.tokens_per_second > 0
    assert stats.resident_bytes > 1_000_000


def test_unloading_ends_what_is_under_way(own_engine: EngineProcess, tiny_model: Path) -> None:
    own_engine.load(tiny_model)
    requests = [own_engine.start(prompt="The", max_tokens=1500) for _ in range(6)]
    own_engine.send(Unload(request=900))
    events = own_engine.collect(*requests)
    assert {events[request][-1].kind for request in requests} == {"done"}
    assert (events.get(900) or [own_engine.receive()])[0].kind == "unloaded"
    assert own_engine.generate(prompt="The")[-1].message == "No model is loaded."


def test_files_that_are_no_model_leave_the_engine_alive(
    own_engine: EngineProcess, tiny_model: Path, tmp_path: Path
) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("not a model")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_model.read_bytes()[:-5000])
    vocabulary = make_vocabulary(tmp_path / "vocabulary.gguf")
    for path in (text, cut, vocabulary, tmp_path, tmp_path / "absent.gguf"):
        answer = own_engine.load(path)
        assert answer.kind == "failed", path
        assert path.name in answer.message
    assert own_engine.load(tiny_model).kind == "loaded"


def test_loading_again_replaces_the_model(own_engine: EngineProcess, tiny_model: Path) -> None:
    first = own_engine.load(tiny_model)
    request = own_engine.start(prompt="The", max_tokens=1500)
    own_engine.send(Load(request=own_engine.number(), path=str(tiny_model), n_ctx=512))
    assert own_engine.collect(request)[request][-1].reason == "cancelled"
    assert own_engine.receive().n_ctx == 512 != first.n_ctx


def test_a_command_that_makes_no_sense_is_answered(engine: EngineProcess) -> None:
    write_frame(engine.process.stdin, b'{"kind": "dance"}')
    answer = engine.receive()
    assert (answer.kind, answer.request) == ("failed", None)
    write_frame(engine.process.stdin, b'{"kind": "generate", "request": 77, "max_tokens": 0}')
    answer = engine.receive()
    assert (answer.kind, answer.request) == ("failed", 77)


def test_a_context_larger_than_the_memory_is_refused(own_engine: EngineProcess, tmp_path: Path) -> None:
    model = make_tiny_llama(tmp_path / "endless.gguf", n_ctx=2**31 - 1)
    answer = own_engine.load(model, n_ctx=2**31 - 1, slots=16)
    assert answer.kind == "failed"
    assert "memory" in answer.message
    assert own_engine.load(model).n_ctx == 8192


def test_what_native_code_prints_never_reaches_the_frames(tmp_path: Path) -> None:
    script = (
        "import os\n"
        "from runtime.engine.environment import take_stdout\n"
        "stream = take_stdout()\n"
        "os.write(1, b'noise')\n"
        "print('more noise', flush=True)\n"
        "stream.write(b'frame'); stream.flush()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout == b"frame"
    assert b"noise" in done.stderr


def test_shutdown_ends_the_process(own_engine: EngineProcess, tiny_model: Path) -> None:
    own_engine.load(tiny_model)
    own_engine.start(prompt="The", max_tokens=1900)
    own_engine.send(Shutdown())
    assert own_engine.process.wait(5) == 0


def test_the_process_dies_with_its_standard_input(own_engine: EngineProcess, tiny_model: Path) -> None:
    own_engine.load(tiny_model)
    own_engine.send(Generate(request=500, prompt="The", max_tokens=1900))
    assert own_engine.process.stdin is not None
    own_engine.process.stdin.close()
    assert own_engine.process.wait(5) == 0
