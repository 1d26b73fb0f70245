"""What Windows shows of the file and has to know of it: its version, its icon, its manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

HERE = Path(__file__).parents[1] / "windows"
SCRIPT = "llama-desk.rc"


def write_resources(folder: Path, version: str) -> Path:
    """Put the resource script for this version into the folder, with what it names; returns the script."""
    numbers = [part for part in version.split(".") if part.isdecimal()]
    text = (HERE / SCRIPT).read_text("utf-8").replace("@VERSION@", version)
    script = folder / SCRIPT
    script.write_text(text.replace("@NUMBERS@", ",".join([*numbers, "0", "0", "0", "0"][:4])), "utf-8")
    for name in ("llama-desk.ico", "llama-desk.manifest"):
        shutil.copy(HERE / name, folder / name)
    return script
