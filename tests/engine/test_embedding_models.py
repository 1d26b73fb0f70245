"""Embedding models: recognised by their header, loaded without a context, and close for texts that mean the same."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import pytest

from runtime.errors import BadModelFile
from runtime.model_file import check_model, makes_vectors
from runtime.protocol import Embed, Load, Stats
from tests.embedding_models import LONGEST, WIDTH, make_embedder
from tests.engine.engine_process import EngineProcess, engine_process


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_embedder(tmp_path_factory.mktemp("models") / "embedder.gguf")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, embedder: Path) -> Iterator[EngineProcess]:
    with engine_process(tmp_path_factory.mktemp("engine")) as started:
        assert started.ask(Load, path=str(embedder), purpose="vectors").n_embd == WIDTH
        yield started


def vectors(engine: EngineProcess, *texts: str) -> np.ndarray:
    return np.array(engine.ask(Embed, texts=texts, cut=True).vectors)


def test_an_embedding_model_is_told_from_one_that_writes(embedder: Path, tiny_model: Path) -> None:
    assert makes_vectors(embedder)
    assert check_model(embedder).embeds
    assert not makes_vectors(tiny_model)
    assert not check_model(tiny_model).embeds


def test_what_is_no_model_makes_no_vectors(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("GGUF, or not")
    assert not makes_vectors(tmp_path / "text.gguf")
    assert not makes_vectors(tmp_path / "absent.gguf")


@pytest.mark.parametrize("pooling", [None, gguf.PoolingType.NONE, gguf.PoolingType.RANK])
def test_an_encoder_that_gives_no_vectors_is_refused(tmp_path: Path, pooling: gguf.PoolingType | None) -> None:
    path = make_embedder(tmp_path / "ranker.gguf", pooling=pooling)
    assert not makes_vectors(path)
    with pytest.raises(BadModelFile, match="makes no vectors"):
        check_model(path)


@pytest.mark.parametrize("key", ["bos", "seperator", "unknown"])
def test_a_token_outside_the_vocabulary_is_refused(tmp_path: Path, embedder: Path, key: str) -> None:
    name = f"tokenizer.ggml.{key}_token_id".encode()
    data = embedder.read_bytes()
    position = data.index(name) + len(name) + 4
    path = tmp_path / "changed.gguf"
    path.write_bytes(data[:position] + struct.pack("<I", 100_000) + data[position + 4 :])
    with pytest.raises(BadModelFile, match="not in its vocabulary"):
        check_model(path)


def test_texts_that_mean_the_same_are_close(engine: EngineProcess) -> None:
    deposit, surety, car, automobile = vectors(engine, "the deposit", "a surety", "my car", "an automobile!")
    assert deposit @ surety > 0.99
    assert deposit @ car < 0.9
    assert car @ automobile > 0.99
    assert np.linalg.norm(deposit) == pytest.approx(1.0)


def test_a_text_that_is_too_long_is_cut_or_refused(engine: EngineProcess) -> None:
    long = "deposit " * (2 * LONGEST) + "car"
    cut, beginning = vectors(engine, long, "deposit " * (LONGEST - 2))
    assert cut @ beginning == pytest.approx(1.0)
    assert engine.ask(Embed, texts=(long,)).kind == "failed"


def test_a_model_for_vectors_writes_nothing(engine: EngineProcess) -> None:
    assert "writes nothing" in engine.generate(prompt="deposit", max_tokens=1)[-1].message
    assert engine.ask(Stats).model == "Tiny BERT for tests"


def test_a_model_that_writes_can_be_loaded_for_vectors(tmp_path: Path, tiny_model: Path) -> None:
    with engine_process(tmp_path) as engine:
        assert engine.ask(Load, path=str(tiny_model), purpose="vectors").n_ctx == 0
        first, second = engine.ask(Embed, texts=("the deposit", "the deposit")).vectors
        assert first == second
