"""One step of a build."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""


def run(command: Iterable[object], environment: Mapping[str, str] = MappingProxyType({}), cwd: Path = ROOT) -> None:
    """Run it with `environment` added to this program's, which ends with it where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=os.environ | dict(environment), check=False)
    if done.returncode:
        sys.exit(f"{words[0]} ended with {done.returncode}; what it printed says why.")
