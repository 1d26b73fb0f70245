"""How a process that starts another says what that one may open: by its environment, which only the user can see."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, MutableMapping
from pathlib import Path

VARIABLE = "LLAMA_DESK_READS"


def told(paths: Iterable[Path]) -> dict[str, str]:
    """The variable to add to the environment of a role that may read these files and folders."""
    return {VARIABLE: json.dumps([str(path) for path in paths])}


def take_told(environ: MutableMapping[str, str] = os.environ) -> tuple[Path, ...]:
    """What this process was told that it may read; it is told once."""
    return tuple(Path(path) for path in json.loads(environ.pop(VARIABLE, "[]")))
