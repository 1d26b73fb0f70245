from __future__ import annotations

import asyncio
import io
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.frames import MAX_PAYLOAD, FrameError, encode_frame, read_frame, read_frame_async, write_frame

payload_lists = st.lists(st.binary(max_size=2000), max_size=8)


class Trickle(io.RawIOBase):
    """A raw stream that gives and takes a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes = b"", *, step: int) -> None:
        self.data = io.BytesIO(data)
        self.step = step

    def read(self, size: int = -1, /) -> bytes:
        return self.data.read(min(size, self.step))

    def write(self, data: object, /) -> int:
        return self.data.write(bytes(data)[: self.step])  # type: ignore[call-overload]


@given(payload_lists, st.integers(1, 7))
def test_payloads_come_out_as_they_went_in(payloads: list[bytes], step: int):
    written = Trickle(step=step)
    for payload in payloads:
        write_frame(written, payload)
    stream = Trickle(written.data.getvalue(), step=step)
    assert [read_frame(stream) for _ in payloads] == payloads
    assert read_frame(stream) is None


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_stream_cut_inside_a_frame_is_an_error(payload: bytes, data: st.DataObject):
    frame = encode_frame(payload)
    kept = data.draw(st.integers(1, len(frame) - 1))
    with pytest.raises(FrameError, match="inside a frame"):
        read_frame(io.BytesIO(frame[:kept]))


@given(st.binary(max_size=200))
def test_any_bytes_give_frames_or_an_error(noise: bytes):
    stream = io.BytesIO(noise)
    frames = []
    try:
        while (frame := read_frame(stream)) is not None:
            frames.append(frame)
    except FrameError:
        return
    assert b"".join(map(encode_frame, frames)) == noise


@given(payload_lists, st.integers(1, 7))
def test_the_asyncio_reader_gives_the_same_frames(payloads: list[bytes], step: int):
    async def read_all() -> list[bytes]:
        reader = asyncio.StreamReader()
        data = b"".join(encode_frame(payload) for payload in payloads)
        for start in range(0, len(data), step):
            reader.feed_data(data[start : start + step])
        reader.feed_eof()
        frames = []
        while (frame := await read_frame_async(reader)) is not None:
            frames.append(frame)
        return frames

    assert asyncio.run(read_all()) == payloads


@pytest.mark.parametrize("kept", [1, 3, 4, 6])
async def test_the_asyncio_reader_finds_a_cut_frame(kept: int):
    reader = asyncio.StreamReader()
    reader.feed_data(encode_frame(b"abc")[:kept])
    reader.feed_eof()
    with pytest.raises(FrameError, match="inside a frame"):
        await read_frame_async(reader)


def test_a_length_over_the_limit_is_refused_before_it_is_read():
    prefix = (MAX_PAYLOAD + 1).to_bytes(4, "little")
    stream = io.BytesIO(prefix + b"rest")
    with pytest.raises(FrameError, match="over the limit"):
        read_frame(stream)
    assert stream.read() == b"rest"


def test_a_payload_over_the_limit_is_not_written():
    stream = io.BytesIO()
    with pytest.raises(FrameError, match="over the limit"):
        write_frame(stream, bytes(MAX_PAYLOAD + 1))
    assert stream.getvalue() == b""


def test_the_largest_payload_passes_a_real_pipe():
    payload = os.urandom(1024) * (MAX_PAYLOAD // 1024)
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as reader, os.fdopen(write_end, "wb", buffering=0) as writer:
        sender = threading.Thread(target=write_frame, args=(writer, payload))
        sender.start()
        received = read_frame(reader)
        sender.join()
    assert received == payload
