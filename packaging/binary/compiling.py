"""Compiles the starter around the files that it is to unpack."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from binary.archive import Packing
from binary.running import run

STARTER = Path(__file__).with_name("starter")
TARGETS = {"linux": "linux-musl", "darwin": "macos", "win32": "windows-gnu"}
MACHINES = {"AMD64": "x86_64", "arm64": "aarch64", "ARM64": "aarch64"}


def compile_starter(  # noqa: PLR0913
    packing: Packing, made: Path, *, time: int, version: str, work: Path, python: Path, mode: str = "ReleaseSafe"
) -> None:
    """Make the file `made` for the system that this runs on, in the folder `work`, by the Zig that `python` has.

    `time` (seconds) is what every file's time of change will be.
    """
    sources, cache = work / "starter", work / "zig-cache"
    shutil.rmtree(sources, ignore_errors=True)
    shutil.copytree(STARTER, sources)
    packing.write(sources, time)
    zig = [python, "-m", "ziglang", "build-exe", "starter.zig", *_resources(sources, version)]
    options = ["-target", f"{machine()}-{TARGETS[sys.platform]}", "-O", mode, "-fstrip", f"-femit-bin={made}"]
    run([*zig, *options, "--cache-dir", cache, "--global-cache-dir", cache], cwd=sources)
    shutil.rmtree(cache)


def machine() -> str:
    """The kind of processor, by the name that Zig and the built file have for it."""
    return MACHINES.get(platform.machine(), platform.machine())


def _resources(sources: Path, version: str) -> list[str]:
    """On Windows the file has a version, an icon, and says that it knows long paths and UTF-8."""
    if sys.platform != "win32":
        return []
    from binary.windows import write_resources

    return [write_resources(sources, version).name]
