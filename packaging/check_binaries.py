"""Check what the native code in a folder needs: the processor's instructions, the system's glibc, other libraries.

    python packaging/check_binaries.py FOLDER --glibc 2.28

Every ELF file in the folder is read by objdump. It fails when one of them has vector instructions that its name does
not say, asks for a newer glibc, or for a library that is neither in the folder nor on every Linux desktop.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Version = tuple[int, ...]

ON_EVERY_LINUX = re.compile(r"(libc|libm|libdl|librt|libutil|libpthread|ld-linux-x86-64|ld-linux-aarch64)\.so\.\d+")
OF_A_DRIVER = {
    "ggml-vulkan": re.compile(r"libvulkan\.so\.1"),
    "ggml-cuda": re.compile(r"lib(cuda|cudart|cublas)\.so\.\d+"),
}
"""What a backend for GPUs asks for: without it that one backend is not loaded, and nothing else is missing."""

LEVELS = ("none", "AVX", "FMA", "AVX2", "AVX-512")
# Mask registers, zmm and the upper sixteen of the others came with AVX-512; integers in ymm, but for a few, with AVX2.
_SIGNS = {
    "AVX-512": re.compile(rb"%zmm|%k[0-7]\b|%[xy]mm(?:1[6-9]|2\d|3[01])\b"),
    "AVX2": re.compile(
        rb"\tv(?:p(?!test|ermil|erm2f)\w+ .*%ymm|p?gather|p(?:broadcast|blendd|s[lr][lr]v|srav|maskmov))"
    ),
    "FMA": re.compile(rb"\tvfn?m(?:add|sub)"),
    "AVX": re.compile(rb"\tv(?!er[rw]\b|mx|mcall)[a-z]"),
}

OF_A_VARIANT = {
    **dict.fromkeys(("x64", "sse42"), "none"),
    **dict.fromkeys(("sandybridge", "ivybridge"), "AVX"),
    "piledriver": "FMA",
    **dict.fromkeys(("haswell", "alderlake"), "AVX2"),
}
"""The most that a CPU variant of ggml's may use; one that is not here is for AVX-512."""
_VARIANT = re.compile(r"libggml-cpu-(\w+)\.so")
_OURS = re.compile(r"lib(ggml|llama|mtmd)\b")


CHOOSES_ITSELF = re.compile(
    r"libcrypto\.so|_multiarray_umath\.|libscipy_openblas|libjpeg-|libpdfium\.so|_pydantic_core\.|_python_calamine\."
    r"|_rust\.abi3\.|_sqlite3\.|libcublasLt\.so"
)
"""Libraries of others (OpenSSL, alone and in SQLCipher, NumPy and its BLAS, libjpeg-turbo, PDFium, three in Rust,
NVIDIA's cuBLAS) that have code for several processors and ask the one at hand which it has, before they run any."""


@dataclass(slots=True)
class Binary:
    """What one file asks for. `level` is one of LEVELS; `glibc` is () when no version is asked for."""

    path: Path
    needed: tuple[str, ...]
    glibc: Version
    level: str = "none"
    looks_in: tuple[str, ...] = ()
    """Folders outside of its own in which it looks for libraries."""
    faults: list[str] = field(default_factory=list)


def main() -> None:
    """Print what was found; the exit code is 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--glibc", default="2.28", metavar="VERSION", help="the newest to be asked for (%(default)s)")
    parser.add_argument(
        "--beside", action="append", default=[], metavar="FILE", help="a library that it will lie beside"
    )
    asked = parser.parse_args()
    if shutil.which("objdump") is None:
        sys.exit("objdump is needed; it is in binutils.")
    found = check(asked.folder, _version(asked.glibc), asked.beside)
    if not found:
        sys.exit(f"There is no ELF file in {asked.folder}.")
    for binary in found:
        asks = _written(binary.glibc) or "none"
        looks_in = f"; looks in {' '.join(binary.looks_in)}" if binary.looks_in else ""
        name = binary.path.relative_to(asked.folder)
        print(f"{name}: {binary.level}; glibc {asks}; {' '.join(binary.needed)}{looks_in}")
    print(f"{len(found)} files; the newest glibc that one asks for is {_written(max(one.glibc for one in found))}")
    faults = [f"{binary.path.relative_to(asked.folder)} {fault}" for binary in found for fault in binary.faults]
    sys.exit("\n".join(faults) if faults else 0)


def check(folder: Path, glibc: Version, more: Iterable[str] = ()) -> list[Binary]:
    """Every ELF file at or below `folder`, links to one left out, with what is wrong with it.

    `more` are the names of libraries that will lie beside it.
    """
    paths = [path for path in sorted(folder.rglob("*")) if _is_elf(path)]
    beside = {*more, *(path.name for path in paths)} | {path.name for path in folder.rglob("*") if path.is_symlink()}
    found = [_read(path) for path in paths]
    for binary in found:
        binary.faults += _faults(binary, glibc, beside)
    return found


def _read(path: Path) -> Binary:
    headers = _objdump("-p", path)
    needed = tuple(re.findall(r"^\s*NEEDED\s+(\S+)", headers, re.MULTILINE))
    versions = [_version(one) for one in re.findall(r"\bGLIBC_([\d.]+)$", headers, re.MULTILINE)]
    binary = Binary(path, needed, max(versions, default=()), _level(path))
    if "GLIBC_PRIVATE" in headers:
        binary.faults.append("uses what glibc keeps to itself")
    places = re.findall(r"^\s*R(?:UN)?PATH\s+(\S+)", headers, re.MULTILINE)
    binary.looks_in = tuple(place for one in places for place in one.split(":") if not place.startswith("$ORIGIN"))
    return binary


def _faults(binary: Binary, glibc: Version, beside: set[str]) -> Iterator[str]:
    if binary.glibc > glibc:
        yield f"asks for glibc {_written(binary.glibc)}"
    for name in binary.needed:
        if name not in beside and not ON_EVERY_LINUX.fullmatch(name) and not _is_of_a_driver(name, binary.path.name):
            yield f"needs {name}, which is not beside it"
    if binary.looks_in and _OURS.match(binary.path.name):
        yield f"looks for libraries in {' and '.join(binary.looks_in)}"
    most = _most(binary.path.name)
    if LEVELS.index(binary.level) > LEVELS.index(most):
        yield f"has {binary.level} instructions where {most} is the most that its name allows"


def _most(name: str) -> str:
    """The highest level that a file of this name may have."""
    variant = _VARIANT.match(name)
    if variant:
        return OF_A_VARIANT.get(variant[1], "AVX-512")
    return "AVX-512" if CHOOSES_ITSELF.search(name) and not _OURS.match(name) else "none"


def _is_of_a_driver(needed: str, name: str) -> bool:
    return any(backend in name and pattern.fullmatch(needed) for backend, pattern in OF_A_DRIVER.items())


def _level(path: Path) -> str:
    """The highest of LEVELS that the code in the file has; "none" where it is not for x86."""
    seen = "none"
    command = ["objdump", "--disassemble", "--no-show-raw-insn", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as objdump:
        assert objdump.stdout is not None
        while seen != LEVELS[-1] and (lines := objdump.stdout.readlines(1 << 22)):
            seen = max(seen, _level_of(b"".join(lines)), key=LEVELS.index)
        objdump.kill()
    return seen


def _level_of(code: bytes) -> str:
    return next((level for level, sign in _SIGNS.items() if sign.search(code)), "none")


def _objdump(option: str, path: Path) -> str:
    done = subprocess.run(["objdump", option, str(path)], check=True, capture_output=True, text=True)
    return done.stdout


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def _written(version: Version) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    main()
