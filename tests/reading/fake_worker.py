"""A worker that misbehaves as its argument says, to test what its client does about it."""

from __future__ import annotations

import os
import sys
import time
from typing import BinaryIO, cast

from tools.extraction.wire import Answer, Hello, Request, read_frame, write_frame

GOOD = Answer(
    status="done", reason="", content_hash="00", size=1, mtime_ns=1, format="txt", title="t", note="",
    cuts=[(4, "line 1")], retiring=False,
)  # fmt: skip


def answer(manner: str, path: str, out: BinaryIO) -> None:
    if path != "bad.txt":
        write_frame(out, GOOD, "text")
    elif manner == "dies":
        os._exit(3)
    elif manner == "hangs":
        time.sleep(60)
    elif manner == "grows":
        hoard = [b"x" * 2**20 for _ in range(200)]
        time.sleep(60 + len(hoard))
    elif manner == "garbles":
        out.write(b"\x03\x00\x00\x00{]\n")
        out.flush()
    elif manner == "boasts":
        out.write(b"\xff\xff\xff\xff")
        out.flush()
    elif manner == "retires":
        write_frame(out, GOOD | {"retiring": True}, "text")
        os._exit(0)
    else:
        cuts = {"overlaps": [(3, "a"), (2, "b"), (4, "c")], "omits": [(3, "a")], "exceeds": [(9, "a")]}.get(manner)
        write_frame(out, GOOD | {"cuts": cuts or GOOD["cuts"]}, "te\x1bt" if manner == "escapes" else "text")


def main() -> None:
    import json

    manner = sys.argv[1]
    out = sys.stdout.buffer
    if manner == "never starts":
        sys.exit(1)
    write_frame(out, Hello(ready=True, version=1))
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        for path in cast(Request, json.loads(frame[0]))["paths"]:
            answer(manner, path, out)


if __name__ == "__main__":
    main()
