"""What a zip file may unpack to before any parser sees it."""

from __future__ import annotations

import io
import zipfile

from tools.extraction.sections import Failed

MAX_UNPACKED = 200 * 2**20
MAX_PARTS = 20_000


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive. Raises Failed when it would unpack to more than 200 MiB, is damaged or encrypted.

    The sizes are those that the archive states: zipfile reads no part beyond them, so that a lie ends in an error.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise Failed("is damaged: it cannot be unpacked") from error
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise Failed(f"holds more than {MAX_PARTS:,} parts")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Failed(f"would unpack to more than {MAX_UNPACKED // 2**20} MiB")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Failed("is password-protected; save a copy without a password to have it read")
    return archive
