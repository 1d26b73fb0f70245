"""The extractor process: requests on stdin, answers on stdout, one file at a time."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO, cast

from tools.extraction import EXTRACTOR_VERSION
from tools.extraction.assembly import TextLimits
from tools.extraction.extract import extract_file
from tools.extraction.process_limits import allow_cpu_time, exit_with_parent, holds_much_memory, limit_process
from tools.extraction.wire import Hello, Request, read_frame, write_frame


def main() -> int:
    """Serve until stdin ends; the exit status is 0 unless the process is ended by one of its limits."""
    answers = _take_stdout()
    limit_process()
    exit_with_parent()
    limits = TextLimits()
    try:
        write_frame(answers, Hello(ready=True, version=EXTRACTOR_VERSION))
        while (frame := read_frame(sys.stdin.buffer)) is not None:
            if not _serve(cast(Request, json.loads(frame[0])), answers, limits):
                break
    except BrokenPipeError:
        pass  # the desk is gone, and with it the reason to go on
    return 0


def _serve(request: Request, answers: BinaryIO, limits: TextLimits) -> bool:
    """Answer a request; False when this process is to end before it has answered all of it."""
    root = Path(request["root"])
    for path in request["paths"]:
        allow_cpu_time()
        answer, text = extract_file(root, path, limits)
        answer["retiring"] = holds_much_memory()
        write_frame(answers, answer, text)
        if answer["retiring"]:
            return False
    return True


def _take_stdout() -> BinaryIO:
    """A private copy of stdout; what libraries print goes to stderr from here on."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")
