"""Compare what is inside two built files, or two folders that PyInstaller laid out.

    python3 packaging/compare_binaries.py FIRST SECOND

Names every file that one of them lacks or that differs, with the first byte that does; exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folders = [unpacked(path, Path(temporary) / name) for path, name in ((asked.first, "1"), (asked.second, "2"))]
        found = list(differences(*folders))
    print("\n".join(found) or "The contents are equal.")
    sys.exit(bool(found))


def unpacked(path: Path, home: Path) -> Path:
    """The folder itself, or that of a built file, which unpacks itself into an empty home."""
    if path.is_dir():
        return path
    home.mkdir()
    subprocess.run([path.resolve(), "--repair"], env={"HOME": str(home)}, check=True, capture_output=True)
    [inside] = home.rglob("_internal")
    return inside.parent


def differences(first: Path, second: Path) -> list[str]:
    """A line for each file that is not the same in both."""
    names = sorted({path.relative_to(folder) for folder in (first, second) for path in folder.rglob("*")})
    lines = (_difference(first / name, second / name) for name in names)
    return [f"{name}: {line}" for name, line in zip(names, lines, strict=True) if line]


def _difference(one: Path, other: Path) -> str:
    there = [path.is_symlink() or path.exists() for path in (one, other)]
    if not all(there):
        return f"only in the {'first' if there[0] else 'second'}"
    if one.is_symlink() or other.is_symlink():
        same = one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
        return "" if same else "another link"
    if one.is_dir() or other.is_dir():
        return "" if one.is_dir() and other.is_dir() else "a folder in one of them"
    mine, theirs = one.read_bytes(), other.read_bytes()
    if mine == theirs:
        return ""
    place = next((n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
    return f"differs from byte {place} on, {len(mine)} and {len(theirs)} bytes"


if __name__ == "__main__":
    main()
