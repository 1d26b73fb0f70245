"""Kinds of files that are known by their name not to hold text this program reads."""

from __future__ import annotations

_KINDS = {
    "is an image; images are not read": (
        "png jpg jpeg jpe gif bmp tif tiff webp ico icns heic heif avif jxl psd xcf eps cr2 nef dng svg svgz"
    ),
    "is audio or video, which is not read": (
        "mp3 m4a aac flac ogg oga opus wav wma aiff mid mp4 m4v mkv mov avi wmv webm mpg mpeg 3gp flv"
    ),
    "is an archive; unpack it to have its files read": (
        "zip tar gz tgz bz2 xz zst lz4 7z rar jar war iso dmg cab deb rpm apk whl egg lzma"
    ),
    "is a program or other binary file": ("exe dll so dylib bin class pyc pyo pyd wasm ttf otf woff woff2 eot msi"),
    "is a data file of another program": (
        "db sqlite sqlite3 mdb accdb gguf safetensors pt pth onnx npy npz pkl parquet arrow feather h5 pst ost"
    ),
    "is an Outlook .msg file, which is not supported; save it as .eml": "msg",
    "is an old Word .doc file, which is not supported; save it as .docx": "doc dot",
    "is an old PowerPoint .ppt file, which is not supported; save it as .pptx": "ppt pps",
    "is an Apple iWork file, which is not supported; export it as PDF": "pages numbers",
}
_REASONS = {extension: reason for reason, extensions in _KINDS.items() for extension in extensions.split()}


def unread_kind(name: str) -> str:
    """Why a file of this name is not opened, or ""."""
    stem, _, extension = name.rpartition(".")
    return _REASONS.get(extension.lower(), "") if stem else ""
