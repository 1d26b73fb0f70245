"""The line between the desk and its launcher: a pair of connected sockets, whole messages, and open files beside them.

A message is JSON behind its length. Descriptors travel with it (SCM_RIGHTS, unix(7)), which no pipe can carry.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

LONGEST = 1024 * 1024
"""Bytes of one message."""
MOST_DESCRIPTORS = 4
_LENGTH = struct.Struct("=I")
_NUMBER = array.array("i").itemsize
_CLOSED_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

type Message = dict[str, Any]


class LineBroken(OSError):
    """The other end is gone, or said what is no message."""


def send(line: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send a message with open files, which stay open here. Raises OSError when nobody takes it."""
    text = json.dumps(message).encode()
    if len(text) > LONGEST or len(descriptors) > MOST_DESCRIPTORS:
        raise LineBroken("a message is too long")
    frame = _LENGTH.pack(len(text)) + text
    beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    sent = line.sendmsg([frame], beside)
    if sent < len(frame):
        line.sendall(frame[sent:])


def receive(line: socket.socket) -> tuple[Message, list[int]] | None:
    """The next message, with the files that came with it, now this process's own; None at the end of the line.

    Raises LineBroken for what is no message, and OSError when the line is torn.
    """
    start, beside, flags, _ = line.recvmsg(_LENGTH.size, socket.CMSG_SPACE(MOST_DESCRIPTORS * _NUMBER), _CLOSED_ON_EXEC)
    descriptors = _descriptors(beside)
    try:
        if not start and not descriptors:
            return None
        if flags & socket.MSG_CTRUNC:
            raise LineBroken("a file did not fit")
        [length] = _LENGTH.unpack(start + _exactly(line, _LENGTH.size - len(start)))
        if length > LONGEST:
            raise LineBroken("a message is too long")
        message = json.loads(_exactly(line, length))
        if not isinstance(message, dict):
            raise LineBroken("no message")
    except (OSError, ValueError) as error:
        close_all(descriptors)
        raise error if isinstance(error, OSError) else LineBroken("no message") from error
    return message, descriptors


def close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _descriptors(beside: Sequence[tuple[int, int, bytes]]) -> list[int]:
    numbers = array.array("i")
    for level, kind, data in beside:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(data[: len(data) - len(data) % _NUMBER])
    for number in numbers:
        os.set_inheritable(number, False)
    return list(numbers)


def _exactly(line: socket.socket, count: int) -> bytes:
    pieces = []
    while count:
        piece = line.recv(count)
        if not piece:
            raise LineBroken("the line ended in the midst of a message")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
