"""The parts that a built file has inside, and which of them is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_LIBRARY = r"(\.[\w-]+)*\.(so|pyd|dylib|dll)"


@dataclass(frozen=True)
class Part:
    """`files` is what the whole path of each of its files in the program's folder is like; `step` is the step of the
    smoke test that comes to nothing without it, empty where no command without a network needs it."""

    name: str
    files: re.Pattern[str]
    step: str


def _part(name: str, files: str, step: str = "") -> Part:
    return Part(name, re.compile(f"_internal/{files}"), step)


_WELL, _READS = "finds_itself_well", "summarises_every_kind_of_file"
_SPEAKS = "understands_times_in_other_languages"
PARTS = (
    _part("the pocket model", r"runtime/pocket/.*\.gguf", _WELL),
    _part("llama.cpp", rf"(llama_cpp/lib/)?(lib)?llama{_LIBRARY}", _WELL),
    _part("llama.cpp's code for processors", rf"(llama_cpp/lib/)?(lib)?ggml-cpu(-\w+)?{_LIBRARY}", _WELL),
    _part("the list of models", r"app/models_manifest\.toml", "lists_the_models_to_be_had"),
    _part("the commit that it was built from", r"app/build\.json", "says_what_it_is"),
    _part("the words of the assistant", r"app/conversation/.*\.toml", "carries_out_a_call_and_takes_it_back"),
    _part("the database that can be encrypted", rf"sqlcipher3/_sqlite3{_LIBRARY}", "encrypts_what_is_kept"),
    _part("PDFium", rf"pypdfium2_raw/(lib)?pdfium{_LIBRARY}", _READS),
    _part("the parser of XML", rf"lxml/etree{_LIBRARY}", _READS),
    _part("the parser of spreadsheets", rf"python_calamine/_python_calamine{_LIBRARY}", _READS),
    _part("the parser of HTML", rf"selectolax/\w+{_LIBRARY}", _READS),
    _part("the recognition of encodings", rf"cchardet/_cchardet{_LIBRARY}", _READS),
    _part("the recognition of languages", r"py3langid/data/.*", _READS),
    _part("the words of dates", r"tools/date_language/languages/.*\.toml", _SPEAKS),
    _part("the names of months", r"babel/locale-data/.*", _SPEAKS),
    _part("the time zones", r"tzdata/zoneinfo/.*", _SPEAKS),
    _part("the certificates", r"certifi/cacert\.pem"),
)


def missing(folder: Path) -> list[str]:
    """The names of the parts of which the program's folder has no file."""
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return [part.name for part in PARTS if not any(part.files.fullmatch(path) for path in there)]
