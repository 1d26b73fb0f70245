"""Packs the program's folder into what the starter has within: a list of its files, and each of them deflated."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

LIST, FILES = "files.txt", "files.bin"


@dataclass(frozen=True)
class Packed:
    """One file or link of the folder, as it stands in the list; `size` and `length` are bytes before and after."""

    path: str
    line: str
    size: int = 0
    data: bytes = b""


@dataclass(frozen=True)
class Packing:
    """The program's folder, packed: the paths of the folders in it, and its files, the biggest first."""

    program: str
    folders: tuple[str, ...]
    files: tuple[Packed, ...]

    def without(self, path: re.Pattern[str]) -> Packing:
        """The same but for the files whose whole path is like that."""
        return replace(self, files=tuple(one for one in self.files if not path.fullmatch(one.path)))

    def write(self, into: Path, time: int) -> None:
        """Write the list and the files for the starter into the folder `into`.

        The bytes depend on the contents alone. `time` (seconds) is what every file's time of change will be.
        """
        lines = [*(f"d\t{name}" for name in self.folders), *(one.line for one in self.files)]
        total = sum(one.size for one in self.files)
        key = hashlib.sha256("\n".join([self.program, *lines]).encode())
        for one in self.files:
            key.update(one.data)
        into.mkdir(parents=True, exist_ok=True)
        (into / FILES).write_bytes(b"".join(one.data for one in self.files))
        head = f"{key.hexdigest()[:32]}\t{self.program}\t{time}\t{total}"
        (into / LIST).write_text("\n".join([head, *lines]) + "\n", "utf-8", newline="\n")


def pack(folder: Path, program: str) -> Packing:
    """Pack the folder in which `program` lies. The order depends on the contents alone."""
    everything = sorted(folder.rglob("*"))
    folders = [path.relative_to(folder).as_posix() for path in everything if path.is_dir() and not path.is_symlink()]
    paths = [path for path in everything if not path.is_dir() or path.is_symlink()]
    copies = _copies(paths)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # zlib lets other threads run
        packed = list(pool.map(lambda path: _pack(path, folder, copies.get(path)), paths))
    packed.sort(key=lambda one: (-one.size, one.path))  # the biggest first, so that several threads end together
    return Packing(program, tuple(folders), tuple(packed))


def _copies(paths: list[Path]) -> dict[Path, Path]:
    """Libraries that are the same as another beside them: a wheel has copies where the library's build made links."""
    if os.name == "nt":
        return {}
    seen: dict[tuple[Path, str], Path] = {}
    copies: dict[Path, Path] = {}
    for path in paths:
        if path.is_symlink() or ".so" not in path.name:
            continue
        key = (path.parent, hashlib.sha256(path.read_bytes()).hexdigest())
        if key in seen:
            copies[path] = seen[key]
        else:
            seen[key] = path
    return copies


def _pack(path: Path, folder: Path, copy_of: Path | None) -> Packed:
    name = path.relative_to(folder).as_posix()
    if copy_of is not None:
        return Packed(name, f"l\t{name}\t{copy_of.name}")
    if path.is_symlink():
        return Packed(name, f"l\t{name}\t{path.readlink().as_posix()}")
    content = path.read_bytes()
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    data = squeezer.compress(content) + squeezer.flush()
    kind = "x" if os.access(path, os.X_OK) else "f"
    line = f"{kind}\t{name}\t{len(content)}\t{zlib.crc32(content):08x}\t{len(data)}"
    return Packed(name, line, len(content), data)
