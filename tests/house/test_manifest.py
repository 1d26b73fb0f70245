"""The manifest of known model files."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import ValidationError

from runtime.manifest import Manifest, ManifestEntry, ModelRole, entry_of, load_manifest, whole_manifest
from runtime.model_memory import SURROUNDINGS, memory_needed

ENTRIES = load_manifest()
KIB, MIB, GIB = 2**10, 2**20, 2**30

# Layers with self-attention, KV heads and head size, as the models' authors publish them.
SHAPES = {
    "llama-3.2-1b": (16, 8, 64),
    "llama-3.2-3b": (28, 8, 128),
    "llama-3.1-8b": (32, 8, 128),
    "llama-3.1-70b": (80, 8, 128),
    "llama-3.2-11b": (32, 8, 128),  # and 8 layers with cross-attention
    "llama-3.2-90b": (80, 8, 128),  # and 20
    "llama-guard-3-1b": (16, 8, 64),
    "llama-guard-3-8b": (32, 8, 128),
    "smolvlm-256m": (30, 3, 64),
    "smolvlm2-2.2b": (24, 32, 64),
    "gemma-3-4b": (34, 4, 256),
    "qwen3-vl-4b": (36, 8, 128),
    "qwen3-vl-8b": (36, 8, 128),
}


def test_ids_and_names_of_files_are_each_there_once():
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)
    names = [entry.local_name for entry in ENTRIES if entry.local_name]
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_entry_is_whole(entry):
    assert entry.licence
    assert entry.good_at
    assert entry.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
    assert entry.languages or entry.role == "projector"
    for other in (entry.projector, entry.instead):
        assert other is None or entry_of(other)
    if entry.projector:
        assert entry_of(entry.projector).role == "projector"
    if entry.instead:
        assert entry_of(entry.instead).runs
        assert not entry_of(entry.instead).gated


def test_no_hash_stands_for_two_files():
    hashes = [entry.sha256 for entry in ENTRIES if entry.sha256]
    assert len(set(hashes)) == len(hashes)


def test_the_models_that_a_person_expects_are_there():
    begun = [entry.id for entry in ENTRIES]
    assert begun[0] == "llama-3.2-1b-instruct-q4_k_m"
    for start in SHAPES:
        assert any(one.startswith(start) for one in begun), start
    runs = [entry for entry in ENTRIES if entry.runs]
    assert sum(entry.role == "vision" for entry in runs) >= 3
    assert sum(entry.role == "embedding" for entry in runs) >= 2
    assert sum(entry.role == "guard" for entry in runs) >= 2
    assert {entry.role for entry in ENTRIES} <= set(get_args(ModelRole))


@pytest.mark.parametrize("size", ["11b", "90b"])
def test_the_vision_models_of_llama_say_why_they_do_not_run_and_whom_their_licence_excludes(size):
    entry = next(entry for entry in ENTRIES if entry.id.startswith(f"llama-3.2-{size}-vision"))
    assert not entry.runs
    assert "cross-attention" in entry.why_not
    assert "European Union" in entry.restriction
    assert entry_of(entry.instead).role == "vision"


def test_only_the_multimodal_llamas_exclude_the_european_union():
    excluded = {entry.id for entry in ENTRIES if "European Union" in entry.restriction}
    assert all("vision" in one for one in excluded)


def test_the_cache_is_that_of_the_published_architecture():
    for entry in ENTRIES:
        shape = next((SHAPES[start] for start in SHAPES if entry.id.startswith(start)), None)
        if entry.role in ("projector", "embedding"):
            assert entry.kv_bytes_per_token == 0
            continue
        layers, kv_heads, head_size = shape
        assert entry.kv_bytes_per_token == layers * 2 * kv_heads * head_size * 2, entry.id


def test_memory_is_weights_and_cache_and_what_surrounds_them():
    assert memory_needed(808_000_000, 32 * KIB, 4096) == 808_000_000 + 128 * MIB + SURROUNDINGS
    one = entry_of("llama-3.2-1b-instruct-q4_k_m")
    assert one.memory(4096) == 808_000_000 + 128 * MIB + SURROUNDINGS
    assert one.memory(32_768) == 808_000_000 + 1 * GIB + SURROUNDINGS
    assert one.memory(131_072) == 808_000_000 + 4 * GIB + SURROUNDINGS
    three = entry_of("llama-3.2-3b-instruct-q4_k_m")
    assert three.memory(131_072) - three.weights == 14 * GIB + SURROUNDINGS


def test_no_model_is_given_more_context_than_it_was_trained_for():
    small = entry_of("smolvlm-256m-instruct-q8_0")
    assert small.memory(131_072) == small.memory(8192)


def test_an_estimate_is_near_the_size_that_is_known():
    for entry in ENTRIES:
        known = entry.size or entry.about_size
        if known:
            guess = entry.model_copy(update={"size": None, "about_size": None}).weights
            assert guess == pytest.approx(known, rel=0.1), entry.id


def test_the_hosts_of_downloads_are_named():
    assert whole_manifest().hosts == ("huggingface.co", "hf.co")


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "ABC"},
        {"file": "../other.gguf"},
        {"file": ""},
        {"licence": ""},
        {"runs": False},
        {"gated": True},
        {"projector": "gemma-3-4b-projector-f16"},
        {"role": "poet"},
        {"unheard": "of"},
    ],
)
def test_an_entry_that_is_not_whole_is_refused(change):
    with pytest.raises(ValidationError):
        ManifestEntry.model_validate(ENTRIES[0].model_dump() | change)


def test_a_manifest_without_files_is_refused():
    with pytest.raises(ValidationError):
        Manifest.model_validate({"hosts": ["huggingface.co"], "file": []})
