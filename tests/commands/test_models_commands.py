"""`llama-desk models`: what is there, what it is, whether it is right, and the choice of one."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import get_args

import gguf
import numpy as np
import pytest

from app.commands.cli import run
from app.locations import locations
from app.model_room import Memory
from app.settings import load_settings
from runtime.manifest import ModelRole, load_manifest
from runtime.pocket import POCKET_MODEL
from tests.embedding_models import make_embedder
from tests.model_caches import ollama_manifest, only_caches_in, put_in_folder, put_in_huggingface, put_in_ollama
from tests.models import make_tiny_llama

ENTRIES = load_manifest()
FIRST = ENTRIES[0]
UNKNOWN = next(entry for entry in ENTRIES if entry.runs and entry.sha256 is None)
GB = 10**9


@pytest.fixture(autouse=True)
def caches(tmp_path, monkeypatch):
    return only_caches_in(tmp_path, monkeypatch)


@pytest.fixture
def places(desk_home):
    return locations().make()


@pytest.fixture
def tiny(tiny_model):
    return tiny_model.read_bytes()


@pytest.fixture
def asked(places, capsys):
    """Runs a command and gives back its exit code, its JSON and its standard error."""

    def ask(*arguments):
        code = run(["models", *arguments, "--json"])
        captured = capsys.readouterr()
        return code, json.loads(captured.out), captured.err

    return ask


def make_adapter(path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.zeros((8, 64), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_the_list_says_of_each_model_whether_it_is_here_and_fits_and_why(asked):
    code, said, _ = asked("list")
    assert code == 0
    models = {model["id"]: model for model in said["models"]}
    assert list(models)[:2] == ["pocket", FIRST.id]
    assert set(models) == {"pocket", *(entry.id for entry in ENTRIES)}
    assert models["pocket"]["installed"]
    assert not models[FIRST.id]["installed"]
    for model in models.values():
        assert isinstance(model["fits"], bool)
        assert model["why"]
        assert model["size"] > 0
    vision = models["llama-3.2-11b-vision-instruct-q4_k_m"]
    assert not vision["fits"]
    assert "cross-attention" in vision["why"]
    assert "European Union" in vision["restriction"]


@pytest.mark.parametrize("contents", [b"", b"GGUF" + bytes(range(200, 256)), b"<html>"])
def test_what_is_no_model_file_is_listed_as_of_no_use(places, asked, contents):
    (places.models / "broken.gguf").write_bytes(contents)
    _, said, _ = asked("list")
    broken = next(model for model in said["models"] if model["id"] == "broken.gguf")
    assert (broken["fits"], broken["runs"], broken["why"]) == (False, False, "cannot be read as a GGUF file")


@pytest.mark.parametrize("command", ["use", "pull"])
def test_an_empty_name_names_no_model(places, command, capsys):
    assert run(["models", command, "", "--json"]) != 0
    assert capsys.readouterr().err.count("\n") == 1
    assert not places.settings.exists()


@pytest.mark.parametrize(("total", "fits"), [(4 * GB, False), (8 * GB, True)])
def test_what_fits_depends_on_the_memory_of_the_machine(asked, monkeypatch, total, fits):
    monkeypatch.setattr("app.commands.models.listing.machine_memory", lambda: Memory(total, total))
    _, said, _ = asked("list")
    three = next(model for model in said["models"] if model["id"] == "llama-3.2-3b-instruct-q4_k_m")
    assert three["fits"] == fits
    assert "of memory" in three["why"]
    # 2.02 GB of weights, 112 KiB for each of 8192 tokens, and what surrounds them
    assert three["why"].startswith("needs 3.3 GB")


@pytest.mark.parametrize(
    ("total", "best"),
    [
        (2, "llama-3.2-1b-instruct-q4_k_m"),
        (4, "llama-3.2-1b-instruct-q4_k_m"),
        (8, "llama-3.2-3b-instruct-q4_k_m"),
        (16, "llama-3.1-8b-instruct-q4_k_m"),
        (128, "llama-3.1-8b-instruct-q4_k_m"),
    ],
)
def test_one_model_is_suggested_for_each_machine(asked, monkeypatch, capsys, total, best):
    monkeypatch.setattr("app.commands.models.listing.machine_memory", lambda: Memory(total * GB, total * GB))
    _, said, _ = asked("list")
    assert [model["id"] for model in said["models"] if model["suggested"]] == [best]
    assert run(["models", "list"]) == 0
    assert f"The best for this machine: {best}" in capsys.readouterr().out


@pytest.mark.parametrize("role", get_args(ModelRole))
def test_each_role_is_reached(asked, places, role):
    make_adapter(places.models / "style.gguf")
    _, said, _ = asked("list", "--role", role)
    assert said["models"]
    assert {model["role"] for model in said["models"]} == {role}


def test_no_model_of_a_role_is_said(places, capsys):
    assert run(["models", "list", "--role", "adapter"]) == 0
    assert str(places.models) in capsys.readouterr().err


def test_models_of_other_programs_are_listed_by_the_names_that_they_are_used_by(asked, caches, tiny):
    blob = put_in_ollama(caches.ollama, "library/tiny:latest", tiny)
    put_in_huggingface(caches.hub, "org/tiny", "tiny.gguf", tiny)
    put_in_folder(caches.lmstudio, f"{FIRST.repository}/{FIRST.file}", tiny)
    code, said, _ = asked("list", "--role", "chat")
    models = {model["id"]: model for model in said["models"]}
    assert code == 0
    ours = models["ollama:tiny:latest"]
    assert (ours["installed"], ours["program"], ours["path"]) == (True, "ollama", str(blob))
    assert ours["name"] == "Tiny Llama for tests"
    assert models["hf:org/tiny/tiny.gguf"]["program"] == "huggingface"
    assert models[FIRST.id]["program"] == "lmstudio"


def test_what_is_skipped_is_said_with_the_reason(asked, caches, tiny, capsys):
    put_in_ollama(caches.ollama, "library/good:latest", tiny)
    bad = ollama_manifest(caches.ollama, "library/bad:latest")
    bad.parent.mkdir(parents=True)
    bad.write_text("{")
    _, said, _ = asked("list")
    assert said["skipped"] == [{"where": "ollama:bad:latest", "reason": "has a manifest that cannot be read"}]
    assert run(["models", "list"]) == 0
    out = capsys.readouterr()
    assert "ollama:good:latest" in out.out
    assert "Ollama" in out.out
    assert "ollama:bad:latest has a manifest that cannot be read." in out.err


@pytest.mark.parametrize("program", ["ollama", "huggingface"])
def test_a_model_of_another_program_is_loaded_where_it_is(places, caches, tiny, capsys, program):
    if program == "ollama":
        blob = put_in_ollama(caches.ollama, "library/tiny:latest", tiny)
        name = "ollama:tiny"
    else:
        blob = put_in_huggingface(caches.hub, "org/tiny", "tiny.gguf", tiny)
        name = "hf:org/tiny/tiny.gguf"
    before = blob.stat()
    assert run(["models", "use", name]) == 0
    capsys.readouterr()
    assert run(["doctor", "--json"]) == 0
    findings = {one["name"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["Model"]["detail"] == str(blob)
    assert "Tiny Llama for tests on" in findings["Engine"]["detail"]
    assert list(places.models.iterdir()) == []
    assert blob.stat().st_ino == before.st_ino
    assert blob.stat().st_mtime_ns == before.st_mtime_ns


def test_a_link_in_our_own_folder_is_loaded_too(places, tiny_model, capsys):
    (places.models / "linked.gguf").symlink_to(tiny_model)
    assert run(["doctor", "--model", "linked"]) == 0
    assert "Tiny Llama for tests on" in capsys.readouterr().out


@pytest.mark.parametrize("program", ["ollama", "huggingface"])
def test_a_blob_that_was_tampered_with_is_not_loaded(places, caches, tiny, capsys, program):
    if program == "ollama":
        blob = put_in_ollama(caches.ollama, "library/tiny:latest", tiny)
    else:
        blob = put_in_huggingface(caches.hub, "org/tiny", "tiny.gguf", tiny)
    name = {"ollama": "ollama:tiny", "huggingface": "hf:org/tiny/tiny.gguf"}[program]
    blob.write_bytes(tiny[:-1] + bytes([tiny[-1] ^ 1]))
    assert run(["doctor", "--model", name, "--json"]) == 1
    findings = {one["name"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert "is not the file that the folder it is in says" in findings["Engine"]["detail"]
    assert run(["ask", "Hello", "--model", name]) == 1
    assert "is not the file" in capsys.readouterr().err


def test_a_file_under_a_known_name_must_be_that_file(places, tiny, capsys):
    put_in_folder(places.models, FIRST.local_name, tiny)
    assert run(["ask", "Hello", "--model", FIRST.id]) == 1
    assert "is not the file that its name says" in capsys.readouterr().err
    (places.models / FIRST.local_name).rename(places.models / "mine.gguf")
    assert run(["doctor", "--model", "mine"]) == 0


def test_a_file_of_which_nobody_knows_the_hash_stays_what_it_was_when_it_was_loaded_first(places, tiny, capsys):
    path = put_in_folder(places.models, UNKNOWN.local_name, tiny)
    assert run(["doctor", "--model", UNKNOWN.id]) == 0
    path.unlink()
    make_tiny_llama(path, seed=1)
    assert run(["doctor", "--model", UNKNOWN.id]) == 1
    assert "is not the file that it was when it came" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_a_name_that_is_no_text_harms_nothing(places, tiny, asked, capsys):
    Path(os.fsdecode(bytes(places.models) + b"/\xff\x1b[2J.gguf")).write_bytes(tiny)
    for command in (["list"], ["verify"]):
        assert asked(*command)[0] == 0
        assert run(["models", *command]) == 0
        assert "\x1b" not in capsys.readouterr().out
    code, said, _ = asked("use", os.fsdecode(b"\xff\x1b[2J.gguf"))
    assert code == 1
    assert "Rename" in said["error"]["hint"]


def test_verify_reads_every_file_and_says_which_changed(asked, places, caches, tiny, capsys):
    put_in_ollama(caches.ollama, "library/good:latest", tiny)
    put_in_folder(places.models, "mine.gguf", tiny)
    put_in_folder(places.models, UNKNOWN.local_name, tiny)
    code, said, _ = asked("verify")
    assert code == 0
    states = {model["name"]: model["status"] for model in said["models"]}
    assert states == {"mine.gguf": "unknown", UNKNOWN.local_name: "kept", "ollama:good:latest": "right"}
    assert {model["sha256"] for model in said["models"]} == {hashlib.sha256(tiny).hexdigest()}
    assert asked("verify", UNKNOWN.id)[1]["models"][0]["status"] == "right"
    put_in_folder(places.models, FIRST.local_name, tiny)
    code, said, _ = asked("verify")
    assert code == 1
    assert [model["name"] for model in said["models"] if model["status"] == "changed"] == [FIRST.local_name]
    assert run(["models", "verify"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("NO") for line in lines) == 1
    assert len(lines) == 4


@pytest.mark.parametrize("content", [b"", b"no model", b"half"])
@pytest.mark.parametrize("name", ["mine.gguf", UNKNOWN.local_name])
def test_verify_says_no_to_what_is_no_whole_model_and_keeps_no_hash_of_it(asked, places, tiny, content, name, capsys):
    put_in_folder(places.models, name, tiny[: len(tiny) // 2] if content == b"half" else content)
    code, said, _ = asked("verify")
    assert code == 1
    [model] = said["models"]
    assert (model["status"], name in model["problem"]) == ("damaged", True)
    assert run(["models", "verify"]) == 1
    assert capsys.readouterr().out.startswith("NO ")
    put_in_folder(places.models, name, tiny)
    assert asked("verify")[0] == 0


def test_verify_sees_a_change_that_kept_size_and_time(asked, caches, tiny):
    blob = put_in_ollama(caches.ollama, "library/tiny:latest", tiny)
    assert asked("verify", "ollama:tiny")[0] == 0
    status = blob.stat()
    blob.write_bytes(tiny[:-1] + bytes([tiny[-1] ^ 1]))
    os.utime(blob, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert asked("verify", "ollama:tiny")[0] == 1


def test_verify_goes_on_past_a_file_that_cannot_be_read(asked, places, tiny, monkeypatch):
    put_in_folder(places.models, "closed.gguf", tiny)
    put_in_folder(places.models, "open.gguf", tiny)

    def read(path, on_hashed):
        if path.name == "closed.gguf":
            raise PermissionError(13, "Permission denied", str(path))
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr("app.model_hashes.fingerprint", read)
    code, said, _ = asked("verify")
    assert code == 3
    assert {model["name"]: model["status"] for model in said["models"]} == {
        "closed.gguf": "unreadable",
        "open.gguf": "unknown",
    }
    assert asked("verify", "closed.gguf")[0] == 1


def test_verify_without_any_model_says_so(places, capsys):
    assert run(["models", "verify"]) == 0
    assert "no model on this machine" in capsys.readouterr().err


def test_info_puts_the_file_s_own_header_into_words(places, tiny_model, capsys, asked):
    assert run(["models", "info", str(tiny_model)]) == 0
    out = capsys.readouterr().out
    for words in ("Tiny Llama for tests: a model that writes", "llama, 2 layers", "F16", "2,048 tokens", "its own"):
        assert words in out
    assert "not said in the file" in out
    code, said, _ = asked("info", "pocket")
    assert code == 0
    assert (said["path"], said["licence"], said["template"]) == (str(POCKET_MODEL), "Apache-2.0", True)
    assert sum(share["parameters"] for share in said["quantisation"]) == said["parameters"]


def test_info_of_a_model_that_is_not_here_says_what_is_known_before_a_download(asked, capsys):
    code, said, _ = asked("info", "llama-3.2-11b-vision-instruct-q4_k_m")
    assert (code, said["installed"], said["runs"]) == (0, False, False)
    assert run(["models", "info", "llama-3.2-11b-vision-instruct-q4_k_m"]) == 0
    out = capsys.readouterr().out
    for words in ("European Union", "cross-attention", "Take qwen3-vl", "not known", "GB at 128k"):
        assert words in out


def test_info_of_an_adapter_and_of_what_is_no_model(places, asked, capsys):
    make_adapter(places.models / "style.gguf")
    assert asked("info", "style")[1]["kind"] == "adapter"
    put_in_folder(places.models, "text.gguf", b"hello, this is text")
    code, said, _ = asked("info", "text")
    assert code == 1
    assert "is not a GGUF file" in said["error"]["message"]


def test_use_writes_one_setting_and_keeps_the_rest(places, tiny, asked):
    places.settings.write_text('# mine\nzone = "Europe/Zurich"  # home\n')
    put_in_folder(places.models, "tiny.gguf", tiny)
    make_embedder(places.models / "vectors.gguf")
    assert asked("use", "tiny")[0] == 0
    assert asked("use", "vectors")[1]["setting"] == "embedding_model"
    text = places.settings.read_text()
    assert "# mine" in text
    assert "# home" in text
    settings = load_settings(places.settings)
    assert (settings.model, settings.embedding_model, settings.zone) == ("tiny", "vectors", "Europe/Zurich")


def test_use_of_a_file_keeps_its_whole_path(places, tiny, tmp_path, monkeypatch, asked):
    put_in_folder(tmp_path / "elsewhere", "tiny.gguf", tiny)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert asked("use", "tiny.gguf")[0] == 0
    assert load_settings(places.settings).model == str(tmp_path / "elsewhere" / "tiny.gguf")


def test_what_cannot_be_used_changes_nothing(places, asked):
    make_adapter(places.models / "style.gguf")
    put_in_folder(places.models, "text.gguf", b"hello, this is text")
    for name in ("style", "text", "absent", "llama-3.2-11b-vision-instruct-q4_k_m"):
        code, said, err = asked("use", name)
        assert code == 1
        assert said["error"]["message"] in err
    assert not places.settings.exists()


def test_remove_asks_and_then_removes_our_own_file_alone(places, caches, tiny, asked, capsys, monkeypatch):
    path = put_in_folder(places.models, "tiny.gguf", tiny)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert run(["models", "remove", "tiny"]) == 130
    assert path.exists()
    assert asked("use", "tiny")[0] == 0
    code, said, err = asked("remove", "tiny", "--yes")
    assert (code, said) == (0, {"removed": [str(path)]})
    assert not path.exists()
    assert "settings.toml still names it" in err


@pytest.mark.parametrize("program", ["ollama", "huggingface", "lmstudio"])
def test_files_of_other_programs_are_never_removed(places, caches, tiny, asked, program):
    if program == "ollama":
        path, name = put_in_ollama(caches.ollama, "library/tiny:latest", tiny), "ollama:tiny:latest"
    elif program == "huggingface":
        path, name = put_in_huggingface(caches.hub, "org/tiny", "tiny.gguf", tiny), "hf:org/tiny/tiny.gguf"
    else:
        path, name = put_in_folder(caches.lmstudio, "org/tiny/tiny.gguf", tiny), "lmstudio:org/tiny/tiny.gguf"
    code, said, _ = asked("remove", name, "--yes")
    assert code == 1
    assert "stays" in said["error"]["message"]
    assert {"ollama": "ollama rm tiny:latest", "huggingface": "hf cache rm model/org/tiny", "lmstudio": "LM Studio"}[
        program
    ] in said["error"]["hint"]
    assert path.exists()


def test_the_pocket_model_and_files_elsewhere_stay(places, tiny_model, asked):
    for name in ("pocket", str(tiny_model)):
        assert asked("remove", name, "--yes")[0] == 1
    assert POCKET_MODEL.exists()
    assert tiny_model.exists()
