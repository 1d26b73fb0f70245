"""Length-prefixed frames: how two processes send each other whole messages over a pipe.

A frame is its payload's length in bytes, as an unsigned 32-bit little-endian number, followed by the payload. A reader
refuses a length over `MAX_PAYLOAD` before it reads on, so a peer gone wrong cannot make it allocate.
"""

from __future__ import annotations

import struct
from asyncio import IncompleteReadError, StreamReader
from typing import BinaryIO

MAX_PAYLOAD = 16 * 1024 * 1024
"""The most bytes in one payload."""

_LENGTH = struct.Struct("<I")


class FrameError(Exception):
    """The bytes on a stream are not frames: a length over the limit, or an end inside a frame."""


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next payload of `stream`, or None where it ends between two frames. Blocks until the frame is whole.

    Raises FrameError for a frame over the limit or cut short.
    """
    prefix = _read_exactly(stream, _LENGTH.size)
    if not prefix:
        return None
    size = _payload_size(prefix)
    payload = _read_exactly(stream, size)
    if len(payload) < size:
        raise _cut_short()
    return payload


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Write `payload` as one frame and flush it. Raises FrameError for a payload over the limit."""
    pending = memoryview(encode_frame(payload))
    while pending:
        # A raw stream may take only a part; a non-blocking one may take nothing and say None.
        written = stream.write(pending)
        pending = pending[written or 0 :]
    stream.flush()


async def read_frame_async(reader: StreamReader) -> bytes | None:
    """`read_frame` for an asyncio stream."""
    try:
        prefix = await reader.readexactly(_LENGTH.size)
    except IncompleteReadError as end:
        if not end.partial:
            return None
        raise _cut_short() from end
    try:
        return await reader.readexactly(_payload_size(prefix))
    except IncompleteReadError as end:
        raise _cut_short() from end


def encode_frame(payload: bytes) -> bytes:
    """The bytes of one frame. Raises FrameError for a payload over the limit."""
    _check_size(len(payload))
    return _LENGTH.pack(len(payload)) + payload


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes, or the fewer that are left before the end of the stream."""
    received = bytearray()
    while len(received) < size:
        part = stream.read(size - len(received))
        if not part:
            break
        received += part
    return bytes(received)


def _payload_size(prefix: bytes) -> int:
    if len(prefix) < _LENGTH.size:
        raise _cut_short()
    size: int = _LENGTH.unpack(prefix)[0]
    _check_size(size)
    return size


def _check_size(size: int) -> None:
    if size > MAX_PAYLOAD:
        raise FrameError(f"a frame of {size} bytes is over the limit of {MAX_PAYLOAD}")


def _cut_short() -> FrameError:
    return FrameError("the stream ended inside a frame")
