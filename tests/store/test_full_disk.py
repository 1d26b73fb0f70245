"""A disk that runs full at any moment costs a sentence, and nothing that was kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "packaging" / "benchmarks" / "full_disk.py"


@pytest.fixture(scope="module")
def own_mounts() -> list[str]:
    """The command before another that lets it mount a file system which nobody else sees."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        pytest.skip("a small disk of its own needs Linux and unshare")
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    tried = subprocess.run(
        [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False, text=True
    )
    if tried.returncode:
        pytest.skip(f"nothing may be mounted here: {tried.stderr.strip()}")
    return command


@pytest.mark.parametrize(
    ("step", "free"),
    [
        ("import", ("16", "256")),
        ("summary", ("128",)),
        ("backup", ("64", "1024")),
        ("restore", ("0", "256")),
        ("encrypt", ("128",)),
        ("rotate", ("64",)),
    ],
)
def test_a_command_says_so_loses_nothing_and_goes_on_later(own_mounts, tmp_path, step, free):
    command = [*own_mounts, sys.executable, str(PROGRAM), "--steps", step, "--free", *free]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    tried = subprocess.run(command, capture_output=True, check=False, text=True, env=environment, timeout=110)
    assert tried.returncode == 0, tried.stderr
    first, last = tried.stdout.splitlines()
    assert first.startswith(f"{step}: {len(free)} tries, ")
    assert not first.endswith(" 0 ended with a sentence")
    assert last == "a database that stays open: nothing lost, goes on"
