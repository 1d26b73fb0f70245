"""What `--version` says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import app
from app import build_facts
from app.commands.cli import run

ROOT = Path(app.__file__).parents[1]


def test_version_says_what_is_inside(capsys):
    assert run(["--version"]) == 0
    version, commit, llama, backends = capsys.readouterr().out.splitlines()
    assert version == f"llama-desk, version {app.__version__}"
    assert re.fullmatch(r"commit ([0-9a-f]{12}|unknown)", commit)
    assert re.fullmatch(r"llama\.cpp of llama-cpp-python \d+\.\d+\.\d+", llama)
    assert backends.startswith("backends inside: CPU")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
def test_a_checkout_asks_git(monkeypatch, tmp_path):
    monkeypatch.setattr(build_facts, "BAKED", tmp_path / "build.json")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert head.startswith(build_facts.commit())


def test_a_build_says_the_commit_that_was_baked_in(monkeypatch, tmp_path):
    baked = tmp_path / "build.json"
    baked.write_text(json.dumps({"commit": "0123456789ab"}), "utf-8")
    monkeypatch.setattr(build_facts, "BAKED", baked)
    assert build_facts.commit() == "0123456789ab"


@pytest.mark.parametrize("baked", ["", "{}", '{"commit": ""}'])
def test_what_nobody_knows_is_unknown(monkeypatch, tmp_path, baked):
    (tmp_path / "app").mkdir()
    monkeypatch.setattr(build_facts, "__file__", str(tmp_path / "app" / "build_facts.py"))
    (tmp_path / "build.json").write_text(baked, "utf-8")
    monkeypatch.setattr(build_facts, "BAKED", tmp_path / "build.json")
    assert build_facts.commit() == "unknown"


def test_backends_are_named_and_the_variants_of_the_cpu_counted(monkeypatch, tmp_path):
    (tmp_path / "lib").mkdir()
    for name in ("ggml-cpu-haswell", "ggml-cpu-zen4", "ggml-vulkan", "ggml-base", "llama"):
        (tmp_path / "lib" / f"lib{name}.so").touch()
    spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})()
    monkeypatch.setattr(build_facts, "find_spec", lambda _: spec)
    assert build_facts.backends_inside() == ["CPU (2 variants)", "Vulkan"]
