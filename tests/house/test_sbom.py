"""The list of what a release is made of."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from runtime.pocket import POCKET_MODEL
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def sbom():
    place = ROOT / "packaging" / "sbom.py"
    spec = importlib.util.spec_from_file_location("llama_desk_sbom", place)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def document(sbom, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1763679600")
    return sbom.make_sbom()


def test_it_is_valid_and_the_same_each_time(sbom, document):
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(document) is None
    assert validator.validate_str(document.replace('"type": "library"', '"type": "librarian"')) is not None
    assert sbom.make_sbom() == document


def test_it_has_what_the_program_needs_and_nothing_of_its_development(document):
    parts = {part["name"]: part for part in json.loads(document)["components"]}
    assert {"textual", "pydantic-core", "llama-cpp-python", "llama.cpp", "pyinstaller"} <= parts.keys()
    assert not {"pytest", "mypy", "ruff", "hypothesis", "cyclonedx-python-lib", "torch"} & parts.keys()
    assert parts["llama-desk-pocket.gguf"]["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256(POCKET_MODEL.read_bytes()).hexdigest()}
    ]
    assert parts["textual"]["licenses"] == [{"license": {"id": "MIT"}}]


def test_versions_and_hashes_are_those_of_the_lock(sbom, document):
    lock = sbom.LOCK.read_text("utf-8")
    packages = [part for part in json.loads(document)["components"] if part.get("purl", "").startswith("pkg:pypi/")]
    assert len(packages) > 50
    for part in packages:
        assert f"\n{part['name']}=={part['version']} " in lock
        [files] = part["externalReferences"]
        assert files["hashes"]
        assert all(f"--hash=sha256:{one['content']}" in lock for one in files["hashes"])


def test_each_part_stands_below_what_needs_it(document):
    said = json.loads(document)
    needs = {one["ref"]: one.get("dependsOn", []) for one in said["dependencies"]}
    refs = {part["bom-ref"] for part in said["components"]}
    reached, new = set(), {said["metadata"]["component"]["bom-ref"]}
    while new:
        reached |= new
        new = {other for ref in new for other in needs[ref]} - reached
    assert {ref.partition("@")[0] for ref in refs - reached} == {"pkg:pypi/pyinstaller"}


def test_what_the_lock_lacks_is_said(sbom, monkeypatch, tmp_path):
    monkeypatch.setattr(sbom, "LOCK", tmp_path / "requirements.lock")
    sbom.LOCK.write_text("click==8.5.1 \\\n    --hash=sha256:" + 64 * "0" + "\n")
    with pytest.raises(SystemExit, match=r"lacks babel, .* run packaging/update_lock.sh"):
        sbom.make_sbom()


def test_asking_for_help_writes_no_file(sbom, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["sbom.py", "--help"])
    with pytest.raises(SystemExit):
        sbom.main()
    assert "CycloneDX" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
