"""A file is used only if it is the one that it claims to be."""

from __future__ import annotations

import hashlib
import stat
import sys
from pathlib import Path

import pytest

from runtime.errors import BadModelFile
from runtime.manifest import load_manifest
from runtime.model_store import HashRecord, check_hash, entry_at, expected_hash
from tests.model_caches import put_in_folder, put_in_huggingface, put_in_ollama

ENTRIES = load_manifest()
FIRST = ENTRIES[0]
UNKNOWN = next(entry for entry in ENTRIES if entry.runs and entry.sha256 is None)
DATA = b"GGUF and then some"
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_a_file_in_our_folder_must_be_what_its_name_says(own):
    path = put_in_folder(own, FIRST.local_name, DATA)
    expected = expected_hash(path, own, ENTRIES)
    assert (expected.sha256, expected.source) == (FIRST.sha256, "manifest")
    check_hash(path, FIRST.sha256, expected)
    with pytest.raises(BadModelFile, match="is not the file that its name says") as raised:
        check_hash(path, HASH, expected)
    assert "another name" in raised.value.hint


def test_a_file_of_a_repository_s_folder_must_be_the_repository_s(own, tmp_path):
    path = put_in_folder(tmp_path, f"lm/{FIRST.repository}/{FIRST.file}", DATA)
    assert expected_hash(path, own, ENTRIES).sha256 == FIRST.sha256


def test_a_file_of_the_hub_without_links_must_be_the_repository_s(own, tmp_path):
    path = put_in_huggingface(tmp_path / "hub", FIRST.repository, FIRST.file, DATA, links=False)
    assert expected_hash(path, own, ENTRIES).sha256 == FIRST.sha256
    other = put_in_huggingface(tmp_path / "hub", "someone/else", FIRST.file, DATA, links=False)
    assert expected_hash(other, own, ENTRIES) is None


def test_a_file_of_gpt4all_must_be_what_its_name_and_size_say(own, tmp_path):
    folder = tmp_path / "nomic.ai" / "GPT4All"
    path = put_in_folder(folder, FIRST.local_name, DATA)
    assert expected_hash(path, own, ENTRIES).sha256 == FIRST.sha256
    other = put_in_folder(folder, UNKNOWN.local_name, DATA)
    assert UNKNOWN.size != len(DATA)
    assert entry_at(other, own, ENTRIES) is None


def test_a_blob_must_be_what_it_is_named_for(own, tmp_path):
    for blob in (
        put_in_huggingface(tmp_path / "hub", "org/name", "model.gguf", DATA),
        put_in_ollama(tmp_path / "ollama", "library/model:latest", DATA),
    ):
        expected = expected_hash(blob, own, ENTRIES)
        assert (expected.sha256, expected.source) == (HASH, "place")
        check_hash(blob, HASH, expected)
        with pytest.raises(BadModelFile, match="the folder it is in says"):
            check_hash(blob, "0" * 64, expected)


def test_of_any_other_file_nothing_is_expected(own, tmp_path):
    shallow = Path(own.anchor) / FIRST.file
    assert entry_at(Path(own.anchor), own, ENTRIES) is None
    for path in (put_in_folder(tmp_path, FIRST.file, DATA), put_in_folder(own, "mine.gguf", DATA), shallow):
        assert entry_at(path, own, ENTRIES) is None
        assert expected_hash(path, own, ENTRIES) is None
        check_hash(path, HASH, None)


def test_a_first_sight_is_compared_with_ever_after(own):
    path = put_in_folder(own, UNKNOWN.local_name, DATA)
    assert expected_hash(path, own, ENTRIES) is None
    for _ in range(2):
        HashRecord(own).keep(UNKNOWN.id, HASH)
        assert HashRecord(own).get(UNKNOWN.id) == HASH
    expected = expected_hash(path, own, ENTRIES)
    assert (expected.sha256, expected.source) == (HASH, "first sight")
    with pytest.raises(BadModelFile, match="is not the file that it was"):
        HashRecord(own).keep(UNKNOWN.id, "0" * 64)
    with pytest.raises(BadModelFile, match="it was when it came"):
        check_hash(path, "0" * 64, expected)
    assert HashRecord(own).get(UNKNOWN.id) == HASH


def test_the_record_is_private_and_holds_many(own):
    record = HashRecord(own)
    record.keep("a", HASH)
    record.keep("b", "0" * 64)
    assert (record.get("a"), record.get("b"), record.get("c")) == (HASH, "0" * 64, None)
    if sys.platform != "win32":
        assert stat.S_IMODE((own / "kept_hashes.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["{", "[]", '{"a": "x"}', " " * 2**21])
def test_a_record_that_cannot_be_read_is_not_taken_for_an_empty_one(own, text):
    (own / "kept_hashes.json").write_text(text)
    for look in (lambda: HashRecord(own).get("a"), lambda: HashRecord(own).keep("a", HASH)):
        with pytest.raises(BadModelFile, match="cannot be read"):
            look()
    assert (own / "kept_hashes.json").read_text() == text
