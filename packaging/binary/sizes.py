"""What makes up the size of the one file, as a table for packaging/README.md."""

from __future__ import annotations

from collections.abc import Sequence

from binary.archive import Packed

PARTS = {
    "Python and its standard library": ("_internal/libpython", "_internal/python3", "_internal/base_library.zip"),
    "the program's code, and its packages' (in `llama-desk`)": ("llama-desk",),
    "llama.cpp": ("_internal/llama_cpp", "_internal/libllama", "_internal/libggml", "_internal/libmtmd"),
    "NumPy with OpenBLAS": ("_internal/numpy", "_internal/libscipy_openblas"),
    "the pocket model": ("_internal/runtime/pocket",),
    "PDF (pdfium)": ("_internal/pypdfium2",),
    "Office documents (lxml, python-pptx, Pillow, calamine)": (
        *("_internal/lxml", "_internal/pptx", "_internal/PIL", "_internal/pillow", "_internal/python_calamine"),
    ),
    "HTML and encodings (selectolax, cchardet, charset-normalizer)": (
        *("_internal/selectolax", "_internal/cchardet", "_internal/charset_normalizer"),
    ),
    "languages (py3langid, Babel), time zones, calendars": (
        *("_internal/py3langid", "_internal/babel", "_internal/tzdata", "_internal/icalendar", "_internal/dateutil"),
    ),
    "the system's keyring (cryptography)": ("_internal/cryptography", "_internal/_cffi_backend"),
    "the database (SQLCipher)": ("_internal/sqlcipher3",),
    "pydantic": ("_internal/pydantic",),
    "TLS, certificates, SQLite and other system libraries": ("_internal/lib", "_internal/certifi"),
}


def size_table(packed: Sequence[Packed], whole: int) -> str:
    """A Markdown table: what, its MB unpacked and within the file, biggest first."""
    sums = {name: [0, 0] for name in (*PARTS, "everything else")}
    for one in packed:
        sums[_part(one.path)][0] += one.size
        sums[_part(one.path)][1] += len(one.data)
    rows = sorted(sums.items(), key=lambda row: -row[1][1])
    inside = sum(len(one.data) for one in packed)
    lines = ["| what | unpacked, MB | in the file, MB |", "|---|---|---|"]
    lines += [f"| {name} | {_mb(size)} | {_mb(length)} |" for name, (size, length) in rows if length]
    lines.append(f"| the starter and the list of files | | {_mb(whole - inside)} |")
    lines.append(f"| **all** | **{_mb(sum(one.size for one in packed))}** | **{_mb(whole)}** |")
    return "\n".join(lines) + "\n"


def _part(path: str) -> str:
    return next((name for name, starts in PARTS.items() if path.startswith(starts)), "everything else")


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f}"
