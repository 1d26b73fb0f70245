"""What package managers are given, from one version number."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import app

ROOT = Path(app.__file__).parents[1]
SYSTEMS = ("linux-x86_64", "macos-aarch64", "macos-x86_64", "windows-x86_64.exe")


@pytest.fixture
def dist(tmp_path):
    sums = [f"{number:064x}  llama-desk-{app.__version__}-{system}" for number, system in enumerate(SYSTEMS)]
    (tmp_path / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    return tmp_path


def generate(dist: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        ROOT / "packaging" / "package_managers.py",
        dist,
        "--homepage",
        "https://example.org/desk",
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the date is that of the commit")
def test_every_file_names_the_version_and_its_hashes(dist):
    assert generate(dist).returncode == 0
    made = {file.name: file.read_text("utf-8") for file in (dist / "manager-files").iterdir()}
    assert len(made) == 5
    assert all(app.__version__ in text and "@" not in text for text in made.values())
    assert f'sha256 "{1:064x}"' in made["llama-desk.rb"]
    assert f"InstallerSha256: {3:064x}" in made["llama-desk.llama-desk.installer.yaml"]
    assert f"releases/download/v{app.__version__}/llama-desk" in made["llama-desk.rb"]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the date is that of the commit")
def test_a_file_that_was_not_built_is_missed(dist):
    (dist / "SHA256SUMS").write_text("")
    done = generate(dist)
    assert done.returncode == 1
    assert "has no llama-desk" in done.stderr


def test_the_version_stands_in_one_place_more_and_is_the_same():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == app.__version__
