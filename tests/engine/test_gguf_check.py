"""The check of a model file: sound ones pass, and every other one ends in a sentence."""

from __future__ import annotations

import hashlib
import math
import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import gguf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.errors import BadModelFile
from runtime.model_file import ModelFacts, check_model, fingerprint
from runtime.model_file.sizes import LayerSizes, Sizes
from runtime.model_file.tensor_types import BLOCKS
from tests.models import make_tiny_llama, make_vocabulary

shared_between_examples = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def write_file(data: bytes) -> Path:
        path = tmp_path / "changed.gguf"
        path.write_bytes(data)
        return path

    return write_file


@pytest.fixture
def header_size(tiny_model: Path) -> int:
    return gguf.GGUFReader(tiny_model).data_offset


def refusal(path: Path) -> str:
    with pytest.raises(BadModelFile) as raised:
        check_model(path)
    sentence = raised.value.sentence()
    assert sentence.isprintable()
    assert sentence.endswith(".")
    return sentence


def with_value(model: bytes, key: str, layout: str, value: object) -> bytes:
    """`model` with another value of the same size under `key`."""
    start = model.index(struct.pack("<Q", len(key)) + key.encode()) + 8 + len(key) + 4
    packed = struct.pack("<" + layout, value)
    return model[:start] + packed + model[start + len(packed) :]


def test_the_facts_of_a_sound_model(tiny_model: Path):
    assert check_model(tiny_model) == ModelFacts(
        name="Tiny Llama for tests",
        architecture="llama",
        n_ctx_train=2048,
        layers=2,
        n_vocab=504,
        has_template=True,
        size=tiny_model.stat().st_size,
        sizes=Sizes(
            # Numbers of 16 bits: 2 x 64 x 64 for queries and output, 2 x 64 x 32 for keys and values, 3 x 64 x 128; two
            # norms of 64 numbers of 32 bits.
            layers=(LayerSizes(weights=36_864 * 2 + 2 * 64 * 4, keys=32, values=32),) * 2,
            embedding=504 * 64 * 2,
            output=504 * 64 * 2 + 64 * 4,
            tied=False,
            n_ctx_train=2048,
            n_vocab=504,
            merges=240,
            width=64,
            heads=4,
            head_width=16,
            feed_forward=128,
        ),
    )


def test_a_model_without_a_template(tmp_path: Path):
    assert not check_model(make_tiny_llama(tmp_path / "m.gguf", template=None)).has_template


def test_a_real_small_model(shared_data: Path):
    facts = check_model(shared_data / "tiny_llama" / "stories260K-f32.gguf")
    assert (facts.name, facts.layers, facts.n_vocab, facts.has_template) == ("stories260K", 5, 512, False)


def test_the_tensor_types_are_those_of_the_gguf_package():
    known = {int(kind): size for kind, size in gguf.GGML_QUANT_SIZES.items()}
    assert all(known.get(kind, size) == size for kind, size in BLOCKS.items())


def test_a_missing_file(tmp_path: Path):
    assert "There is no file" in refusal(tmp_path / "none.gguf")


def test_a_folder(tmp_path: Path):
    assert "is a folder, not a model file" in refusal(tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_without_permission(write: Callable[[bytes], Path]):
    path = write(b"GGUF")
    path.chmod(0)
    assert "You may not read" in refusal(path)


def test_a_lack_of_permission_is_said(tiny_model: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert "You may not read" in refusal(tiny_model)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no FIFOs there")
def test_a_fifo_does_not_hang(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.gguf")
    assert "is not a regular file" in refusal(tmp_path / "pipe.gguf")


@pytest.mark.parametrize("data", [b"", b"GG", b"PK\x03\x04 a zip archive", b"<!DOCTYPE html><title>404</title>"])
def test_what_is_no_gguf(write: Callable[[bytes], Path], data: bytes):
    assert "is not a GGUF file" in refusal(write(data))


def test_a_hostile_file_name_is_shown_harmless(tmp_path: Path):
    path = tmp_path / "a\x1b]52;c;x\x07.gguf"
    try:
        path.write_bytes(b"no")
    except OSError:
        pytest.skip("this file system does not take such names")
    assert "\x1b" not in refusal(path)


def test_a_vocabulary_without_weights(tmp_path: Path):
    assert "vocabulary only" in refusal(make_vocabulary(tmp_path / "vocabulary.gguf"))


def test_real_vocabularies(shared_data: Path):
    for path in (shared_data / "gguf" / "vocab").glob("*.gguf"):
        assert "vocabulary only" in refusal(path)


def test_the_handcrafted_files_of_llama_cpp(shared_data: Path):
    paths = sorted((shared_data / "gguf" / "handcrafted").glob("*.gguf"))
    assert len(paths) > 30
    for path in paths:
        refusal(path)


def test_the_flipped_bit_that_aborts_llama_cpp(shared_data: Path):
    assert "token of its vocabulary occurs twice" in refusal(shared_data / "gguf" / "bitflip" / "abort_on_load.gguf")


@pytest.mark.parametrize(
    ("key", "layout", "value", "expected"),
    [
        ("llama.block_count", "I", 0, "block count is out of range"),
        ("llama.block_count", "I", 513, "block count is out of range"),
        ("llama.block_count", "I", 3, "announces 3 layers and holds 2"),
        ("llama.context_length", "I", 0, "context length is out of range"),
        ("llama.embedding_length", "I", 2**31, "embedding length is out of range"),
        ("llama.embedding_length", "I", 128, "heads disagree|vocabulary and its weights disagree"),
        ("llama.attention.head_count", "I", 0, "head count is out of range"),
        ("llama.attention.head_count_kv", "I", 3, "head count kv is out of range"),
        ("llama.rope.dimension_count", "I", 15, "rope dimension count is out of range"),
        ("llama.rope.dimension_count", "I", 8, "attention heads disagree"),
        ("llama.rope.freq_base", "f", 0.0, "rope freq base is out of range"),
        ("llama.attention.layer_norm_rms_epsilon", "f", math.nan, "epsilon is out of range"),
        ("llama.attention.layer_norm_rms_epsilon", "f", math.inf, "epsilon is out of range"),
        ("llama.attention.layer_norm_rms_epsilon", "f", -1.0, "epsilon is out of range"),
        ("tokenizer.ggml.bos_token_id", "I", 504, "BOS token is not in its vocabulary"),
        ("tokenizer.ggml.eos_token_id", "I", 2**32 - 1, "EOS token is not in its vocabulary"),
    ],
)
def test_numbers_out_of_range(
    tiny_model: Path, write: Callable[[bytes], Path], key: str, layout: str, value: object, expected: str
):
    with pytest.raises(BadModelFile, match=expected):
        check_model(write(with_value(tiny_model.read_bytes(), key, layout, value)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"\x05\0\0\0\0\0\0\0llama", b"\x05\0\0\0\0\0\0\0mamba", r"does not run \(mamba\)"),
        (b"\x04\0\0\0\0\0\0\0gpt2", b"\x04\0\0\0\0\0\0\0bert", "vocabulary of a kind"),
        (b"general.name", b"general.type", "not a model but an addition to one"),
        (b"llama.context_length", b"llama.contest_length", "does not say its context length"),
        (b"tokenizer.ggml.merges", b"tokenizer.ggml.merged", "has no merges"),
        (b"tokenizer.ggml.tokens", b"tokenizer.ggml.tokenz", "has no vocabulary"),
        ("Ġthing".encode(), "Ġthi\0g".encode(), "token of its vocabulary occurs twice"),
        ("Ġthing".encode(), "Ġthat\0".encode(), "token of its vocabulary occurs twice"),
        (b"token_embd.weight", b"token_emba.weight", "vocabulary and its weights disagree"),
        (b"blk.1.attn_k.weight", b"blk.7.attn_k.weight", "announces 2 layers and holds 8"),
        (b"blk.1.attn_k.weight", b"blk.1.attn_q.weight", "occurs twice"),
    ],
)
def test_texts_that_are_wrong(tiny_model: Path, write: Callable[[bytes], Path], old: bytes, new: bytes, expected: str):
    with pytest.raises(BadModelFile, match=expected):
        check_model(write(tiny_model.read_bytes().replace(old, new, 1)))


def test_one_part_of_a_split_model(tmp_path: Path):
    writer = gguf.GGUFWriter(tmp_path / "part.gguf", "llama")
    writer.add_uint16("split.count", 4)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    assert "one part of a model that was split" in refusal(tmp_path / "part.gguf")


def test_a_header_that_claims_much_costs_little(write: Callable[[bytes], Path]):
    claims = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + struct.pack("<Q", 3) + b"key" + struct.pack("<IIQ", 9, 8, 2**60)
    started = time.monotonic()
    refusal(write(claims))
    assert time.monotonic() - started < 10  # to believe it would take hours


@shared_between_examples
@given(st.data())
def test_a_file_cut_short_anywhere_is_refused(tiny_model: Path, write: Callable[[bytes], Path], data: st.DataObject):
    model = tiny_model.read_bytes()
    kept = data.draw(st.integers(0, len(model) - 33))  # the last tensor is followed by less than 32 bytes
    refusal(write(model[:kept]))


@shared_between_examples
@given(st.data())
def test_changed_bytes_in_the_header_give_facts_or_a_sentence(
    tiny_model: Path, write: Callable[[bytes], Path], header_size: int, data: st.DataObject
):
    model = bytearray(tiny_model.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        model[data.draw(st.integers(4, header_size - 1))] = data.draw(st.integers(0, 255))
    path = write(bytes(model))
    try:
        facts = check_model(path)
    except BadModelFile as problem:
        assert problem.sentence().isprintable()
    else:
        assert facts.name.isprintable()


def test_the_fingerprint_is_the_sha256_of_the_bytes(tiny_model: Path):
    assert fingerprint(tiny_model) == hashlib.sha256(tiny_model.read_bytes()).hexdigest()
