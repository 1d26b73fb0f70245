"""The messages between the extractor and its client: frames of a JSON head and, after a line feed, UTF-8 text."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO, Literal, TypedDict

MAX_FRAME = 64 * 2**20
_LENGTH = struct.Struct("<I")

Status = Literal["done", "partial", "skipped", "failed"]


class Hello(TypedDict):
    """The worker's first message, sent once it is ready and limited."""

    ready: bool
    version: int


class Request(TypedDict):
    """Read these files of one folder; each gets one Answer, in this order."""

    root: str
    paths: list[str]


class Answer(TypedDict):
    """The head of an answer; the document's text follows it."""

    status: Status
    reason: str
    content_hash: str
    size: int
    mtime_ns: int
    format: str
    title: str
    note: str
    cuts: list[tuple[int, str]]
    """(end, place) of each passage: where it ends in the text, in code points, and what its place is called."""
    retiring: bool
    """The worker exits after this answer, to give its memory back; what it had not begun is to be asked again."""


def write_frame(stream: BinaryIO, head: Hello | Request | Answer, text: str = "") -> None:
    payload = json.dumps(head, separators=(",", ":")).encode() + b"\n" + text.encode("utf-8")
    if len(payload) > MAX_FRAME:
        raise ValueError(f"a frame of {len(payload)} bytes is longer than {MAX_FRAME}")
    stream.write(_LENGTH.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """The head and the text of the next frame, undecoded; None at the end of the stream, also in mid-frame.

    Raises ValueError for a frame that is longer than any message may be.
    """
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length} bytes is longer than {MAX_FRAME}")
    payload = stream.read(length)
    if len(payload) < length:
        return None
    head, _, text = payload.partition(b"\n")
    return head, text
