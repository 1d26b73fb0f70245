"""Models of other programs, found in folders made as those programs make them."""

from __future__ import annotations

import hashlib
import json

import pytest

from runtime.manifest import load_manifest
from runtime.model_store import Place, find_models
from tests.model_caches import ollama_manifest, put_in_folder, put_in_huggingface, put_in_ollama

FIRST = load_manifest()[0]
DATA = b"GGUF and then some"
HASH = hashlib.sha256(DATA).hexdigest()
KNOWN = FIRST.model_copy(update={"sha256": HASH})


@pytest.fixture
def hub(tmp_path):
    return tmp_path / "hub"


@pytest.fixture
def ollama(tmp_path):
    return tmp_path / "ollama" / "models"


def look(program, folder, entries=()):
    return find_models([Place(program, folder)], entries)


def only(found):
    assert not found.skipped
    (model,) = found.models
    return model


def reasons(found):
    assert not found.models
    return [skipped.reason for skipped in found.skipped]


@pytest.mark.parametrize("program", ["llama-desk", "huggingface", "ollama", "lmstudio", "gpt4all"])
def test_a_folder_that_is_not_there_holds_nothing(program, tmp_path):
    found = look(program, tmp_path / "absent")
    assert (found.models, found.skipped) == ([], [])


def test_a_file_of_the_hub_is_its_blob_with_the_blob_s_hash(hub):
    blob = put_in_huggingface(hub, "org/name-GGUF", "model.gguf", DATA)
    model = only(look("huggingface", hub))
    assert (model.name, model.path, model.size) == ("hf:org/name-GGUF/model.gguf", blob.resolve(), len(DATA))
    assert model.sha256 == HASH


def test_a_file_of_the_hub_in_a_folder_of_its_repository(hub):
    put_in_huggingface(hub, "org/name", "Q4_K_M/model.gguf", DATA)
    assert only(look("huggingface", hub)).name == "hf:org/name/Q4_K_M/model.gguf"


def test_the_hub_without_links(hub):
    file = put_in_huggingface(hub, "org/name", "model.gguf", DATA, links=False)
    model = only(look("huggingface", hub))
    assert (model.path, model.sha256) == (file.resolve(), None)


def test_two_revisions_of_one_file_have_two_names_and_the_branch_has_the_short_one(hub):
    put_in_huggingface(hub, "org/name", "model.gguf", b"GGUF old", commit="a" * 40, main=False)
    put_in_huggingface(hub, "org/name", "model.gguf", DATA, commit="b" * 40)
    put_in_huggingface(hub, "org/name", "model.gguf", DATA, commit="c" * 40, main=False)
    found = look("huggingface", hub)
    assert {model.name: model.size for model in found.models} == {
        "hf:org/name/model.gguf": len(DATA),
        "hf:org/name/model.gguf@aaaaaaa": len(b"GGUF old"),
    }


def test_a_link_out_of_the_hub_s_repository_is_not_followed(hub, tmp_path):
    put_in_folder(tmp_path, "outside.gguf", DATA)
    snapshot = hub / "models--org--name" / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    (snapshot / "model.gguf").symlink_to(tmp_path / "outside.gguf")
    (snapshot / "gone.gguf").symlink_to("../../blobs/gone")
    gone, outside = sorted(reasons(look("huggingface", hub)))
    assert gone == "leads nowhere"
    assert outside.startswith("leads out of")


def test_what_is_no_model_of_the_hub_is_passed_over(hub):
    put_in_huggingface(hub, "org/name", "config.json", b"{}")
    (hub / "datasets--org--name" / "snapshots" / "x").mkdir(parents=True)
    (hub / ".locks").mkdir()
    found = look("huggingface", hub)
    assert (found.models, found.skipped) == ([], [])


@pytest.mark.parametrize(
    ("name", "host", "said"),
    [
        ("library/llama3.2:1b", "registry.ollama.ai", "ollama:llama3.2:1b"),
        ("ana/mine:latest", "registry.ollama.ai", "ollama:ana/mine:latest"),
        ("org/name-GGUF:Q4_K_M", "hf.co", "ollama:hf.co/org/name-GGUF:Q4_K_M"),
    ],
)
def test_a_model_of_ollama_is_its_blob_by_the_name_that_ollama_uses(ollama, name, host, said):
    blob = put_in_ollama(ollama, name, DATA, host=host)
    model = only(look("ollama", ollama))
    assert (model.name, model.path, model.sha256) == (said, blob.resolve(), HASH)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"layers": 7}',
        '{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../x", "size": 1}]}',
        '{"layers": [' + " " * 2**20 + "]}",
        "\x00",
    ],
)
def test_a_broken_manifest_is_skipped_with_the_reason_and_the_rest_is_found(ollama, text):
    put_in_ollama(ollama, "library/good:latest", DATA)
    path = ollama_manifest(ollama, "library/bad:latest")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    found = look("ollama", ollama)
    assert [model.name for model in found.models] == ["ollama:good:latest"]
    assert [(one.where, one.reason) for one in found.skipped] == [
        ("ollama:bad:latest", "has a manifest that cannot be read")
    ]


def test_a_model_of_ollama_in_several_files_or_none_is_skipped(ollama):
    path = ollama_manifest(ollama, "library/none:latest")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"layers": []}))
    assert reasons(look("ollama", ollama)) == ["is not one model file"]


def test_a_blob_of_ollama_that_is_cut_short_or_gone_or_a_link_is_skipped(ollama, tmp_path):
    put_in_ollama(ollama, "library/short:latest", DATA).write_bytes(DATA[:-1])
    assert reasons(look("ollama", ollama)) == ["is not whole"]
    blob = put_in_ollama(ollama, "library/short:latest", DATA)
    blob.unlink()
    assert reasons(look("ollama", ollama)) == ["leads nowhere"]
    blob.symlink_to(put_in_folder(tmp_path, "outside", DATA))
    assert reasons(look("ollama", ollama))[0].startswith("leads out of")


def test_lm_studio_and_gpt4all(tmp_path):
    put_in_folder(tmp_path / "lm", "publisher/repository/model.gguf", DATA)
    put_in_folder(tmp_path / "lm", "publisher/repository/deeper/than/they/go/model.gguf", DATA)
    put_in_folder(tmp_path / "gpt", "model.gguf", DATA)
    put_in_folder(tmp_path / "gpt", "localdocs_v3.db", DATA)
    assert only(look("lmstudio", tmp_path / "lm")).name == "lmstudio:publisher/repository/model.gguf"
    assert only(look("gpt4all", tmp_path / "gpt")).name == "gpt4all:model.gguf"


def test_links_out_of_a_folder_are_not_followed_but_our_own_may_hold_them(tmp_path):
    outside = put_in_folder(tmp_path, "outside.gguf", DATA)
    for name in ("gpt", "own"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.gguf").symlink_to(outside)
    (tmp_path / "lm").mkdir()
    (tmp_path / "lm" / "publisher").symlink_to(tmp_path)
    assert reasons(look("gpt4all", tmp_path / "gpt"))[0].startswith("leads out of")
    assert look("lmstudio", tmp_path / "lm").models == []
    assert only(look("llama-desk", tmp_path / "own")).path == tmp_path / "own" / "model.gguf"


def test_parts_of_a_split_model_and_folders_are_skipped(tmp_path):
    put_in_folder(tmp_path, "big-00001-of-00002.gguf", DATA)
    (tmp_path / "folder.gguf").mkdir()
    assert sorted(reasons(look("gpt4all", tmp_path))) == [
        "is not a regular file",
        "is one part of a model that was split",
    ]


def test_a_file_is_known_by_its_hash_wherever_it_is(hub, ollama):
    put_in_huggingface(hub, "someone/else", "renamed.gguf", DATA)
    put_in_ollama(ollama, "library/llama3.2:1b", DATA)
    assert only(look("huggingface", hub, [KNOWN])).model_id == KNOWN.id
    assert only(look("ollama", ollama, [KNOWN])).model_id == KNOWN.id


def test_a_file_with_another_hash_is_not_known_by_its_name(hub):
    put_in_huggingface(hub, FIRST.repository, FIRST.file, b"GGUF of somebody")
    assert only(look("huggingface", hub, [KNOWN])).model_id is None


def test_a_plain_file_is_known_by_its_repository_and_name_and_size(tmp_path):
    put_in_folder(tmp_path / "lm", f"{FIRST.repository}/{FIRST.file}", DATA)
    put_in_folder(tmp_path / "own", FIRST.local_name, DATA)
    assert only(look("lmstudio", tmp_path / "lm", [KNOWN])).model_id == KNOWN.id
    assert only(look("llama-desk", tmp_path / "own", [KNOWN])).model_id == KNOWN.id
    sized = KNOWN.model_copy(update={"size": len(DATA) + 1})
    assert only(look("llama-desk", tmp_path / "own", [sized])).model_id is None
    put_in_folder(tmp_path / "other", f"someone/else/{FIRST.file}", DATA)
    assert only(look("lmstudio", tmp_path / "other", [KNOWN])).model_id is None
