"""Files that were damaged at random: a few of those that the programs in packaging/benchmarks try by the thousand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("program", "count", "told"),
    [
        ("hostile_models.py", 60, "60 damaged models: 0 faults"),
        ("hostile_documents.py", 36, "36 damaged documents: 0 faults"),
    ],
)
def test_each_damaged_file_ends_in_a_text_or_a_sentence(program, count, told):
    command = [sys.executable, str(ROOT / "packaging" / "benchmarks" / program), "--count", str(count), "--seed", "7"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    tried = subprocess.run(command, capture_output=True, check=False, text=True, env=environment, timeout=110)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert tried.stdout.startswith(told)
