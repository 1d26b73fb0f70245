"""Which model file is used."""

from __future__ import annotations

import pytest

from app.errors import DeskError
from app.locations import Locations
from app.model_choice import (
    about_the_pocket_model,
    choose_model,
    installed_embedding_models,
    installed_models,
    pocket_model_in_a_line,
)
from runtime.manifest import load_manifest
from runtime.pocket import POCKET_MODEL
from tests.embedding_models import make_embedder
from tests.model_caches import only_caches_in, put_in_folder, put_in_huggingface, put_in_ollama


@pytest.fixture
def places(tmp_path):
    return Locations(tmp_path / "desk").make()


@pytest.fixture(autouse=True)
def caches(tmp_path, monkeypatch):
    return only_caches_in(tmp_path, monkeypatch)


def test_without_any_other_it_is_the_pocket_model_and_a_line_says_how_to_get_more(places):
    assert choose_model(None, None, places) == POCKET_MODEL
    assert str(places.models) in about_the_pocket_model(places)
    assert "--model" in about_the_pocket_model(places)
    assert "models pull" in pocket_model_in_a_line()
    assert len(pocket_model_in_a_line()) <= 120


def test_the_pocket_model_can_be_asked_for_beside_another(places):
    (places.models / "a.gguf").touch()
    assert choose_model("pocket", None, places) == POCKET_MODEL
    assert choose_model(None, "pocket", places) == POCKET_MODEL


def test_the_one_asked_for_comes_before_the_preferred_and_the_installed(places, tmp_path):
    installed = places.models / "a.gguf"
    asked, preferred = tmp_path / "asked.gguf", tmp_path / "preferred.gguf"
    for path in (installed, asked, preferred):
        path.touch()
    assert choose_model(str(asked), str(preferred), places) == asked
    assert choose_model(None, str(preferred), places) == preferred
    assert choose_model(None, None, places) == installed
    assert choose_model("a", None, places) == installed


def test_a_known_id_finds_its_file(places):
    path = places.models / "llama-3.2-1b-instruct-q4_k_m.gguf"
    path.touch()
    assert choose_model("llama-3.2-1b-instruct-q4_k_m", None, places) == path


def test_a_model_that_is_not_there_is_a_sentence(places):
    with pytest.raises(DeskError, match="no model 'nothing'"):
        choose_model("nothing", None, places)


def test_a_model_of_another_program_is_named_as_that_program_does_and_used_where_it_is(places, caches):
    blob = put_in_ollama(caches.ollama, "library/llama3.2:1b", b"GGUF")
    latest = put_in_ollama(caches.ollama, "library/mine:latest", b"GGUF mine")
    cached = put_in_huggingface(caches.hub, "org/name", "model.gguf", b"GGUF hub")
    plain = put_in_folder(caches.lmstudio, "org/name/model.gguf", b"GGUF")
    assert choose_model("ollama:llama3.2:1b", None, places) == blob
    assert choose_model("ollama:mine", None, places) == latest
    assert choose_model("hf:org/name/model.gguf", None, places) == cached
    assert choose_model(None, "lmstudio:org/name/model.gguf", places) == plain
    assert choose_model(None, None, places) == POCKET_MODEL
    assert list(places.models.iterdir()) == []


def test_a_known_id_finds_its_file_in_other_programs_too_but_ours_first(places, caches):
    entry = load_manifest()[0]
    other = put_in_folder(caches.lmstudio, f"{entry.repository}/{entry.file}", b"GGUF")
    assert choose_model(entry.id, None, places) == other
    mine = put_in_folder(places.models, entry.local_name, b"GGUF")
    assert choose_model(entry.id, None, places) == mine


@pytest.mark.parametrize("name", ["ollama:absent", "hf:org/name/absent.gguf", "lmstudio:a/b/c.gguf"])
def test_a_model_that_another_program_has_not_is_a_sentence(places, name):
    with pytest.raises(DeskError, match="There is no model"):
        choose_model(name, None, places)


def test_a_known_model_that_is_not_here_or_does_not_run_says_what_to_do(places):
    with pytest.raises(DeskError, match="is not on this machine") as raised:
        choose_model("llama-3.1-8b-instruct-q4_k_m", None, places)
    assert "models pull llama-3.1-8b-instruct-q4_k_m" in raised.value.hint
    with pytest.raises(DeskError, match="cross-attention") as raised:
        choose_model("llama-3.2-11b-vision-instruct-q4_k_m", None, places)
    assert "qwen3-vl" in raised.value.hint


def test_what_does_not_write_is_not_chosen_to_write(places, tiny_model):
    entries = {entry.id: entry for entry in load_manifest()}
    for model_id in ("llama-guard-3-1b-q4_k_m", "smolvlm-256m-projector-q8_0", "llama-3.2-1b-instruct-q4_0"):
        put_in_folder(places.models, entries[model_id].local_name, b"GGUF")
    vectors = make_embedder(places.models / "a-vectors.gguf")
    chat = put_in_folder(places.models, "zephyr.gguf", tiny_model.read_bytes())
    draft = places.models / entries["llama-3.2-1b-instruct-q4_0"].local_name
    assert installed_models(places) == [chat, draft]
    assert installed_embedding_models(places) == [vectors]
    assert choose_model(None, None, places) == chat
