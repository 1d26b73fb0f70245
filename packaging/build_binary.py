"""Build the one file that people download, from a clean clone and for the system that this runs on.

    python3 packaging/build_binary.py

It needs Python 3.11 or newer, git and the network, and what `packaging/build_llama.py` needs to compile llama.cpp. The
result lies in `dist/`, beside a table of what makes up its size. Built twice from one commit, the contents are equal
but for what `packaging/compare_binaries.py` lists.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from binary.archive import pack
from binary.sizes import size_table

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.12"
OLDEST_GLIBC = "2.28"
PROGRAM = "llama-desk.exe" if sys.platform == "win32" else "llama-desk"
TARGETS = {"linux": "linux-musl", "darwin": "macos", "win32": "windows-gnu"}
SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
MACHINES = {"AMD64": "x86_64", "arm64": "aarch64", "ARM64": "aarch64"}


@dataclass(frozen=True)
class Bench:
    """Where things are built."""

    work: Path
    out: Path

    @property
    def python(self) -> Path:
        return self.work / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def folder(self) -> Path:
        """The program as PyInstaller lays it out."""
        return self.work / "folder" / "llama-desk"


def main() -> None:
    asked = _arguments()
    start = time.monotonic()
    bench = Bench(asked.work.resolve(), asked.out.resolve())
    epoch = int(git("show", "-s", "--format=%ct", "HEAD") or 315532800)
    if not asked.only_freeze and not asked.only_pack:
        make_environment(bench, asked.python, asked.llama_wheel, asked.backend)
    if not asked.only_pack:
        freeze(bench, epoch)
    made, table = make_one_file(bench, epoch, asked.name)
    print(table)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB in {(time.monotonic() - start) / 60:.1f} minutes")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="", help="a Python to put inside, in place of one that uv fetches")
    parser.add_argument("--backend", type=Path, action="append", default=[], help="ggml's module for a GPU, to add")
    parser.add_argument("--llama-wheel", type=Path, help="a wheel of llama-cpp-python, in place of building one")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build" / "binary", help="kept for the next time (%(default)s)"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="for the result (%(default)s)")
    parser.add_argument("--name", default="", help="of the result, in place of one with version and system")
    parser.add_argument("--only-freeze", action="store_true", help="keep the environment that is there already")
    parser.add_argument("--only-pack", action="store_true", help="make the file of the folder that is there already")
    return parser.parse_args()


def make_environment(bench: Bench, python: str, wheel: Path | None, backends: list[Path]) -> None:
    """A fresh Python with the packages of the lock and llama.cpp, and nothing else.

    `backends` are ggml's modules for GPUs, as `packaging/build_llama.py --vulkan` makes them.
    """
    chosen = ["--python", python] if python else ["--managed-python", "--python", PYTHON]
    run([uv(), "venv", "--quiet", "--clear", *chosen, bench.work / "env"])
    lock = ROOT / "packaging" / "build_binary.lock"
    install = [uv(), "pip", "install", "--quiet", "--python", bench.python, "--no-deps"]
    run([*install, "--require-hashes", "-r", lock])
    run([*install, wheel or _llama_wheel(bench)])
    [libraries] = (bench.work / "env").rglob("llama_cpp/lib")
    for module in backends:
        shutil.copy(module, libraries)


def _llama_wheel(bench: Bench) -> Path:
    """llama.cpp for every processor of this kind, built from the source that the lock names."""
    out = bench.work / "llama"
    shutil.rmtree(out, ignore_errors=True)
    oldest = ["--glibc", OLDEST_GLIBC] if (sys.platform, platform.machine()) == ("linux", "x86_64") else []
    run([sys.executable, ROOT / "packaging" / "build_llama.py", "--out", out, *oldest])
    [wheel] = out.glob("llama_cpp_python-*.whl")
    return wheel


def freeze(bench: Bench, epoch: int) -> None:
    """Lay out the program with PyInstaller; the same sources and packages give the same files."""
    facts = bench.work / "build.json"
    facts.write_text(json.dumps({"commit": _commit()}) + "\n", "utf-8")
    environment = {"LLAMA_DESK_FACTS": str(facts), "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(epoch)}
    options = ["--noconfirm", "--clean", "--log-level", "WARN", "--distpath", bench.folder.parent]
    spec = ROOT / "packaging" / "llama_desk.spec"
    run([bench.python, "-m", "PyInstaller", *options, "--workpath", bench.work / "pyinstaller", spec], environment)
    if sys.platform == "linux":
        _strip(bench.folder)


def _strip(folder: Path) -> None:
    """Take the symbols out of Python's own libraries; those of wheels were edited after linking, which strip breaks."""
    own = [*folder.glob("_internal/libpython*"), *folder.glob("_internal/python3*/lib-dynload/*.so")]
    run(["strip", "--strip-unneeded", *own])


def make_one_file(bench: Bench, epoch: int, name: str) -> tuple[Path, str]:
    """The starter with the folder inside; and the table of what makes up its size."""
    machine = MACHINES.get(platform.machine(), platform.machine())
    sources, target = bench.work / "starter", f"{machine}-{TARGETS[sys.platform]}"
    shutil.rmtree(sources, ignore_errors=True)
    shutil.copytree(ROOT / "packaging" / "binary" / "starter", sources)
    packed = pack(bench.folder, PROGRAM, sources, epoch)
    bench.out.mkdir(parents=True, exist_ok=True)
    ending = ".exe" if sys.platform == "win32" else ""
    made = bench.out / (name or f"llama-desk-{version()}-{SYSTEMS[sys.platform]}-{machine}{ending}")
    cache = bench.work / "zig-cache"
    zig = [bench.python, "-m", "ziglang", "build-exe", "starter.zig", *_resources(sources)]
    options = ["-target", target, "-O", "ReleaseSafe", "-fstrip", f"-femit-bin={made}"]
    run([*zig, *options, "--cache-dir", cache, "--global-cache-dir", cache], cwd=sources)
    shutil.rmtree(cache)
    table = size_table(packed, made.stat().st_size)
    (bench.work / "sizes.md").write_text(table, "utf-8")
    return made, table


def _resources(sources: Path) -> list[str]:
    """On Windows the file has a version, an icon, and says that it knows long paths and UTF-8."""
    if sys.platform != "win32":
        return []
    from binary.windows import write_resources

    return [write_resources(sources, version()).name]


def version() -> str:
    """The version number, which stands in one place."""
    scope: dict[str, str] = {}
    exec((ROOT / "app" / "__init__.py").read_text("utf-8"), scope)
    return scope["__version__"]


def _commit() -> str:
    commit = git("rev-parse", "--short=12", "HEAD")
    return f"{commit}+" if commit and git("status", "--porcelain", "--untracked-files=no") else commit


def git(*arguments: str) -> str:
    """What git says here; nothing where there is no checkout."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def uv() -> str:
    """uv: the one named by UV, that of the checkout, or any; where there is none it is put into the checkout."""
    binary = ROOT / ".uv" / ("Scripts/uv.exe" if sys.platform == "win32" else "bin/uv")
    if found := os.environ.get("UV") or (str(binary) if binary.is_file() else shutil.which("uv")):
        return found
    run([sys.executable, "-m", "venv", ROOT / ".uv"])
    run([binary.with_name(f"python{binary.suffix}"), "-m", "pip", "install", "--quiet", "uv"])
    return str(binary)


def run(command: list[object], environment: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run one step; the build ends where one fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=os.environ | (environment or {}), check=False)
    if done.returncode:
        sys.exit(f"{words[0]} ended with {done.returncode}; what it printed says why.")


if __name__ == "__main__":
    main()
