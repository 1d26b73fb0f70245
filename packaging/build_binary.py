"""Build the one file that people download, from a clean clone and for the system that this runs on.

    python3 packaging/build_binary.py

It needs Python 3.11 or newer, git and the network, and what `packaging/build_llama.py` needs to compile llama.cpp; on
Linux binutils too. The result lies in `dist/`, and a table of what makes up its size in `build/binary`. What is inside
is the same whenever and wherever one commit is built with the same Python.
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
from binary.compiling import compile_starter, machine
from binary.running import ROOT, run
from binary.sizes import size_table

PYTHON = "3.12.16"
"""The one inside, which uv fetches and checks: it knows the hash."""
OLDEST_GLIBC = "2.28"
PROGRAM = "llama-desk.exe" if sys.platform == "win32" else "llama-desk"
SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}


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
        if sys.platform == "linux":
            check(bench, "99" if asked.any_glibc else OLDEST_GLIBC)
    made, table = make_one_file(bench, epoch, asked.name)
    print(table)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB in {(time.monotonic() - start) / 60:.1f} minutes")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="", help="a Python to put inside, in place of one that uv fetches")
    parser.add_argument("--any-glibc", action="store_true", help="the file may need the glibc of this system, or newer")
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
    if sys.platform == "linux":
        install += ["--python-platform", f"{machine()}-manylinux_{OLDEST_GLIBC.replace('.', '_')}"]
    run([*install, "--require-hashes", "-r", lock])
    if sys.platform == "linux":
        _compile_loader(bench, [*install, "--require-hashes", "-r", lock])
    run([*install, wheel or _llama_wheel(bench)])
    [libraries] = (bench.work / "env").rglob("llama_cpp/lib")
    for module in backends:
        shutil.copy(module, libraries)


def _compile_loader(bench: Bench, install: list[object]) -> None:
    """PyInstaller's loader from its source, with zlib inside: the one in its wheel needs the system's."""
    zig = next((bench.work / "env").rglob("ziglang/zig"))
    target = f"-target {machine()}-linux-gnu"
    environment = {
        # PyInstaller's build asks the compiler what it is by options with which Zig takes no version of glibc.
        "CC": f"{zig} cc {target}",
        "CFLAGS": f"{target}.{OLDEST_GLIBC} -g0",
        "LDFLAGS": f"{target}.{OLDEST_GLIBC}",
        "PYI_STATIC_ZLIB": "1",
        "PYINSTALLER_COMPILE_BOOTLOADER": "1",
    }
    # uv would take one out of its cache that was compiled in another way.
    options = ["--no-binary", "pyinstaller", "--reinstall-package", "pyinstaller", "--no-build-isolation", "--no-cache"]
    run([*install, *options], environment)


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


def check(bench: Bench, glibc: str) -> None:
    """End the build when what is inside needs a newer glibc, a library or a processor that not everybody has."""
    beside = [f"--beside={name}" for name in ("libstdc++.so.6", "libgcc_s.so.1")]
    look = [sys.executable, ROOT / "packaging" / "check_binaries.py", bench.folder, "--glibc", glibc, *beside]
    if subprocess.run([str(word) for word in look], check=False).returncode:
        sys.exit(
            f"The file would not run on every Linux with glibc {OLDEST_GLIBC}: put in a Python that does, as uv's "
            "does, or make a file for this system and newer ones with --any-glibc."
        )


def _strip(folder: Path) -> None:
    """Take the symbols out of Python's own libraries, and out of SQLCipher's, of which they are the greater part.

    Those of other wheels were edited after linking, which strip breaks.
    """
    places = ("libpython*", "python3*/lib-dynload/*.so", "sqlcipher3/*.so")
    run(["strip", "--strip-unneeded", *(path for place in places for path in folder.glob(f"_internal/{place}"))])


def make_one_file(bench: Bench, epoch: int, name: str) -> tuple[Path, str]:
    """The starter with the folder inside; and the table of what makes up its size."""
    packing = pack(bench.folder, PROGRAM)
    ending = ".exe" if sys.platform == "win32" else ""
    made = bench.out / (name or f"llama-desk-{version()}-{SYSTEMS[sys.platform]}-{machine()}{ending}")
    bench.out.mkdir(parents=True, exist_ok=True)
    compile_starter(packing, made, time=epoch, version=version(), work=bench.work, python=bench.python)
    table = size_table(packing.files, made.stat().st_size)
    (bench.work / "sizes.md").write_text(table, "utf-8")
    return made, table


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


if __name__ == "__main__":
    main()
