"""Where llama.cpp is built: its source and the tools, each of the version and with the hash that a lock names."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "llama-cpp-python"
THE_SAME_TIME = 315_619_200
"""2 January 1980 in seconds: the first day that an archive can say in any time zone, so that two builds are equal."""

_WAITING = """\
    while (atomic_load_explicit(&tp->n_barrier_passed, memory_order_relaxed) == n_passed) {
        ggml_thread_cpu_relax();
    }
"""
_YIELDING = """\
    int spins = 0;
    while (atomic_load_explicit(&tp->n_barrier_passed, memory_order_relaxed) == n_passed) {
        if (spins < 1000) {
            spins++;
            ggml_thread_cpu_relax();
        } else {
            sched_yield();
        }
    }
"""
_AMENDED = {"vendor/llama.cpp/ggml/src/ggml-cpu/ggml-cpu.c": (_WAITING, _YIELDING)}
"""What is changed in the source. llama.cpp's own threads wait for each other without ever giving the processor away:
beside other programs the one that is waited for gets no time, and a token takes a hundred times as long."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The folder of a build. `glibc` is the oldest one that the result runs with, None for the system's own."""

    work: Path
    jobs: int
    glibc: str | None

    @property
    def source(self) -> Path:
        """The bindings' source."""
        return self.work / "source"

    @property
    def vendored(self) -> Path:
        """llama.cpp's, in it."""
        return self.source / "vendor" / "llama.cpp"

    @property
    def version(self) -> str:
        """The version of the bindings."""
        return _pinned().split()[0].removeprefix(f"{PACKAGE}==")

    @property
    def python(self) -> Path:
        """The Python that has the tools."""
        return self._tools / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def _tools(self) -> Path:
        return self.work / "tools"

    def tool(self, name: str) -> Path:
        """One of the tools' programs."""
        return self.python.parent / (f"{name}.exe" if sys.platform == "win32" else name)

    def package(self, name: str) -> Path:
        """The folder of one of the tools' packages."""
        [folder] = self._tools.glob(f"**/site-packages/{name}")
        return folder

    def prepare(self) -> None:
        """Install the tools and unpack the source, where that is not done."""
        if not self._tools.is_dir():
            self.run([_uv(), "venv", "--python", sys.executable, self._tools])
        self.install("build_llama.lock")
        unpacked, wanted = self.work / "source.txt", f"{_pinned()}{_AMENDED}"
        if not unpacked.is_file() or unpacked.read_text("utf-8") != wanted:
            self._unpack()
            amend(self.source)
            unpacked.write_text(wanted, "utf-8")

    def install(self, lock: str) -> None:
        """Install what a lock names beside the tools."""
        options = ["--quiet", "--require-hashes", "--python", self.python, "-r", HERE / lock]
        self.run([_uv(), "pip", "install", *options])

    def run(self, command: Iterable[object], environment: dict[str, str] | None = None) -> None:
        """Run a command to its end; this program ends with it when it fails."""
        words = [str(word) for word in command]
        done = subprocess.run(words, env=environment, check=False)
        if done.returncode:
            sys.exit(f"{words[0]} ended with {done.returncode}; what it printed says why.")

    def environment(self) -> dict[str, str]:
        """What compilers get: the tools first in PATH, and no word of where they run for what they make."""
        environment = os.environ | {
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
            "CMAKE_BUILD_PARALLEL_LEVEL": str(self.jobs),
            "SOURCE_DATE_EPOCH": str(THE_SAME_TIME),
            # A source inside of a checkout would be stamped with the checkout's commit.
            "GIT_CEILING_DIRECTORIES": str(self.work),
        }
        if sys.platform != "win32":
            unplaced = f"-ffile-prefix-map={self.source}=."
            environment |= {name: f"{os.environ.get(name, '')} {unplaced}".strip() for name in ("CFLAGS", "CXXFLAGS")}
        if self.glibc:
            # By itself Zig makes debugging information too, which is stripped afterwards.
            options = f"-target {platform.machine()}-linux-gnu.{self.glibc} -g0"
            zig = self.package("ziglang") / "zig"
            environment |= {"CC": f"{zig} cc {options}", "CXX": f"{zig} c++ {options}"}
        return environment

    def _unpack(self) -> None:
        fetched, wanted = self.work / "fetched", self.work / "wanted.txt"
        for old in (fetched, self.source):
            shutil.rmtree(old, ignore_errors=True)
        wanted.write_text(_pinned(), "utf-8")
        options = ["--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--require-hashes"]
        place = ["--dest", fetched, "-r", wanted]
        self.run([self.python, "-m", "pip", "download", *options, *place], self.environment())
        [archive] = fetched.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(fetched, filter="data")
        [folder] = (path for path in fetched.iterdir() if path.is_dir())
        folder.rename(self.source)


def amend(source: Path) -> None:
    """Make our changes to the source; this program ends where they do not fit it any more."""
    for name, (old, new) in _AMENDED.items():
        text = (source / name).read_text("utf-8")
        if text.count(old) != 1:
            sys.exit(
                f"{name} is not as it was: see whether what packaging/llama_bench.py changes in it is still needed."
            )
        (source / name).write_text(text.replace(old, new), "utf-8", newline="\n")


def _pinned() -> str:
    """The lines of packaging/requirements.lock that name the bindings, with their hashes."""
    lines = (HERE / "requirements.lock").read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{PACKAGE}=="))
    end = next(number for number, line in enumerate(lines[start:], start) if not line.endswith("\\"))
    return "\n".join(lines[start : end + 1]) + "\n"


def _uv() -> str:
    places = os.pathsep.join(
        [str(HERE.parent / ".uv" / "bin"), str(HERE.parent / ".uv" / "Scripts"), os.environ["PATH"]]
    )
    found = os.environ.get("UV") or shutil.which("uv", path=places)
    return found or sys.exit("uv is needed: python3 -m venv .uv && .uv/bin/pip install uv")
