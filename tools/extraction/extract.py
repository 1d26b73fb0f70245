"""One file, from its bytes to the answer about it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tools.extraction.assembly import Assembled, TextLimits, assemble
from tools.extraction.detect import detect, format_name
from tools.extraction.file_bytes import FileBytes, read_file
from tools.extraction.formats import reader_of
from tools.extraction.sections import Failed, Refusal, Skipped, Source
from tools.extraction.wire import Answer
from tools.sanitise import sanitise

MAX_FILE_BYTES = 64 * 2**20
LONGEST_TITLE = 200


def extract_file(root: Path, path: str, limits: TextLimits) -> tuple[Answer, str]:
    """The answer about the file `path` in the folder `root`, and its text; never raises for what a file holds."""
    answer = Answer(
        status="failed", reason="", content_hash="", size=0, mtime_ns=0, format="", title="", note="", cuts=[],
        retiring=False,
    )  # fmt: skip
    try:
        file = read_file(root, path, MAX_FILE_BYTES)
        answer["content_hash"], answer["size"], answer["mtime_ns"] = file.content_hash, file.size, file.mtime_ns
        return answer, _read(answer, file, PurePosixPath(path).name, limits)
    except Refusal as refusal:
        answer["status"] = "skipped" if isinstance(refusal, Skipped) else "failed"
        answer["reason"] = sanitise(refusal.reason)
    return answer, ""


def _read(answer: Answer, file: FileBytes, name: str, limits: TextLimits) -> str:
    answer["format"] = detect(name, file.data)
    title, assembled = _parse(answer["format"], Source(file.data, name), limits)
    if not assembled.text:
        raise Skipped("holds no text")
    reasons = [assembled.note] if assembled.note else []
    if file.changed:
        reasons.append("it changed while it was being read; run again to read all of it")
    answer["status"] = "partial" if reasons else "done"
    answer["reason"] = "; ".join(reasons)
    answer["note"] = assembled.note
    answer["title"] = " ".join(sanitise(title).split())[:LONGEST_TITLE] or sanitise(name)
    answer["cuts"] = assembled.cuts
    return assembled.text


def _parse(format_: str, source: Source, limits: TextLimits) -> tuple[str, Assembled]:
    try:
        reading = reader_of(format_)(source)
        assembled = assemble(reading, limits)
        return reading.title, assembled
    except (Refusal, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise Failed("needed too much memory to be read") from error
    except RecursionError as error:
        raise Failed("is nested too deeply to be read") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Failed("is damaged: it cannot be unpacked") from error
    except BaseException as error:  # parsers raise anything; a panic of Rust code is no Exception
        raise Failed(f"could not be read as {format_name(format_)}; it is damaged or unusual") from error
