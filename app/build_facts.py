"""Which llama-desk this is: its version, the commit that it was made from, and the llama.cpp inside."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import app

UNKNOWN = "unknown"
BAKED = Path(__file__).with_name("build.json")
"""Written by packaging/build_binary.py; a checkout has none and asks git."""

_BACKEND = re.compile(r"(?:lib)?ggml-(cpu|metal|vulkan|cuda|hip|sycl|opencl|blas)(?:-.*)?\.(?:so|dylib|dll)")
_NAMES = {"cpu": "CPU", "metal": "Metal", "vulkan": "Vulkan", "cuda": "CUDA", "hip": "HIP", "sycl": "SYCL"} | {
    "opencl": "OpenCL",
    "blas": "BLAS",
}


def commit() -> str:
    """The commit's short hash, with "+" for a checkout that differs from it when it was built; "unknown" elsewhere."""
    try:
        return str(json.loads(BAKED.read_text("utf-8"))["commit"]) or UNKNOWN
    except (OSError, ValueError, KeyError):
        return _commit_of_checkout(Path(__file__).resolve().parents[1])


def llama_build() -> str:
    """The release of llama-cpp-python, which llama.cpp comes with."""
    try:
        return f"llama-cpp-python {version('llama-cpp-python')}"
    except PackageNotFoundError:
        return UNKNOWN


def backends_inside() -> list[str]:
    """The backends that llama.cpp's folder has, found by their files: it is loaded by the engine alone."""
    spec = find_spec("llama_cpp")
    folder = Path(spec.origin).parent / "lib" if spec and spec.origin else None
    files = sorted(folder.iterdir()) if folder and folder.is_dir() else []
    kinds = Counter(found[1] for file in files if (found := _BACKEND.fullmatch(file.name)))
    variants = kinds.pop("cpu", 0)
    cpu = [f"CPU ({variants} variants)" if variants > 1 else "CPU"] if variants else []
    return [*cpu, *(_NAMES[kind] for kind in sorted(kinds))]


def version_text() -> str:
    """What `llama-desk --version` says: a line for each fact."""
    inside = ", ".join(backends_inside()) or UNKNOWN
    facts = [f"commit {commit()}", f"llama.cpp of {llama_build()}", f"backends inside: {inside}"]
    return "\n".join([f"llama-desk, version {app.__version__}", *facts])


@cache
def _commit_of_checkout(root: Path) -> str:
    if not (root / ".git").exists():
        return UNKNOWN
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - the user's own git, in the user's own checkout
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return done.stdout.strip() or UNKNOWN
