"""Small files made as the one file is: the starter around a shell script, once for all tests of a run."""

from __future__ import annotations

import importlib.util
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

PROGRAM = "llama-desk"
SCRIPT = """#!/bin/sh
if [ "$1" = wait ]; then echo waits; read line; fi
echo "$(dirname "$0") $(cat "$(dirname "$0")/inner/version") $*"
"""
MEGABYTES = 24
"""Of what cannot be deflated: to unpack it takes long enough to be killed at it."""


def make(place: Path, version: str) -> Path:
    """The file of this version in the folder, which all of pytest's processes share."""
    if sys.platform == "win32" or importlib.util.find_spec("ziglang") is None:
        pytest.skip("needs a POSIX system and Zig (the group build)")
    from binary.archive import pack
    from binary.compiling import compile_starter

    made = place / f"starter-{version}"
    with FileLock(place / f"{version}.lock"):
        if not made.is_file():
            work = place / f"work-{version}"
            (work / "folder" / "inner").mkdir(parents=True)
            (program := work / "folder" / PROGRAM).write_text(SCRIPT)
            program.chmod(0o755)
            (work / "folder" / "inner" / "version").write_text(version)
            (work / "folder" / "inner" / "link").symlink_to("version")
            for number in range(MEGABYTES):
                (work / "folder" / f"noise-{number}").write_bytes(random.Random(number).randbytes(1 << 20))
            packing = pack(work / "folder", PROGRAM)
            options = {"time": 1_700_000_000, "version": "0", "work": work, "python": Path(sys.executable)}
            compile_starter(packing, work / "made", **options, mode="Debug")
            (work / "made").rename(made)
    return made


class Home:
    """A home of its own, in which a starter unpacks itself."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = root / ("Library/Caches" if sys.platform == "darwin" else ".cache") / PROGRAM
        self.data = root / "data"
        for folder in (self.cache.parent, self.data):
            folder.mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.root), "LLAMA_DESK_HOME": str(self.data), "PATH": os.environ["PATH"]}

    def begin(self, *command: object) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([str(word) for word in command], env=self.environment, text=True, **pipes)

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        process = self.begin(*command)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(command, process.returncode, out.strip(), err.strip())

    def run_with_mounts(self, mounts: str, *command: object) -> subprocess.CompletedProcess[str]:
        """Run it where the lines of `mounts` (shell, with the home in $HOME) hold, as the root of a namespace."""
        words = ["unshare", "-rm"]
        if sys.platform != "linux" or subprocess.run([*words, "true"], check=False, capture_output=True).returncode:
            pytest.skip("needs Linux, and that a user may make namespaces")
        return self.run(*words, "sh", "-ec", f'{mounts}\nexec "$@"', "sh", *command)

    def unpacked(self) -> list[str]:
        """What lies in the cache but for the lock."""
        return sorted(path.name for path in self.cache.iterdir() if path.name != "lock")
