"""What a file says of itself."""

from __future__ import annotations

import gguf
import numpy as np
import pytest

from runtime.errors import BadModelFile
from runtime.model_file import describe
from runtime.pocket import POCKET_MODEL
from tests.embedding_models import make_embedder
from tests.models import FEED_FORWARD, HEAD_WIDTH, KV_HEADS, make_tiny_llama


def test_a_model(tiny_model):
    said = describe(tiny_model)
    assert (said.name, said.kind, said.architecture) == ("Tiny Llama for tests", "model", "llama")
    assert (said.context, said.layers, said.has_template) == (2048, 2, True)
    assert said.kv_bytes_per_token == 2 * 2 * KV_HEADS * HEAD_WIDTH * 2
    assert {share.kind for share in said.shares} == {"F16", "F32"}
    assert sum(share.parameters for share in said.shares) == said.parameters
    assert sum(share.tensors for share in said.shares) == 2 + 1 + 2 * 9
    assert said.shares[0].size == max(share.size for share in said.shares)
    assert said.tokenizer == "gpt2 llama-bpe"
    assert said.size == tiny_model.stat().st_size


def test_the_pocket_model_names_its_licence_and_languages():
    said = describe(POCKET_MODEL)
    assert said.licence == "Apache-2.0"
    assert "th" in said.languages


def test_what_is_not_said_is_not_made_up(tmp_path):
    said = describe(make_tiny_llama(tmp_path / "bare.gguf", template=None))
    assert not said.has_template
    assert (said.licence, said.source, said.made_by, said.languages) == ("", "", "", ())


def test_a_model_for_vectors_keeps_no_cache(tmp_path):
    said = describe(make_embedder(tmp_path / "embedder.gguf"))
    assert (said.kind, said.kv_bytes_per_token) == ("vectors", 0)


def small_file(path, architecture, **texts):
    writer = gguf.GGUFWriter(path, architecture)
    for key, text in texts.items():
        writer.add_string(key.replace("__", "."), text)
    writer.add_tensor("some.weight", np.zeros((FEED_FORWARD, 4), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_adapters_and_projectors_are_told_though_they_are_no_models(tmp_path):
    adapter = small_file(tmp_path / "lora.gguf", "llama", general__type="adapter")
    assert (describe(adapter).kind, describe(adapter).parameters) == ("adapter", FEED_FORWARD * 4)
    assert describe(small_file(tmp_path / "a.gguf", "clip")).kind == "projector"
    assert describe(small_file(tmp_path / "b.gguf", "other", general__type="mmproj")).kind == "projector"


def test_foreign_texts_are_on_one_printable_line(tmp_path):
    path = small_file(tmp_path / "odd.gguf", "llama", general__name="a\x1b[31m\nb", general__license="x\r\ny")
    said = describe(path)
    assert (said.name, said.licence) == ("a [31m b", "x y")


def test_what_is_no_such_file_is_a_sentence(tmp_path):
    (tmp_path / "text.gguf").write_text("hello, this is text")
    for path in (tmp_path / "text.gguf", tmp_path / "absent.gguf", tmp_path):
        with pytest.raises(BadModelFile):
            describe(path)


def test_a_hostile_file_is_described_or_refused_and_never_anything_else(shared_data):
    described = 0
    for path in sorted((shared_data / "gguf").rglob("*.gguf")):
        try:
            described += bool(describe(path).name)
        except BadModelFile as refused:
            assert path.name in refused.message
    assert described
