"""Reads the header of a GGUF file: its metadata and its list of tensors, never the weights.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3). Everything that a file can claim
is bounded before it is believed, so a hostile file costs at most `MAX_HEADER` bytes and a second or two.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from struct import Struct
from typing import BinaryIO

from runtime.model_file.flaws import Flaw, damaged, unsupported
from runtime.model_file.tensor_types import BLOCKS, Tensor

MAX_HEADER = 64 * 1024 * 1024
MAX_ENTRIES = 1024
MAX_TENSORS = 16_384
MAX_STRING = 1024 * 1024
MAX_KEY = 256
MAX_ARRAY = 2 * 1024 * 1024
MAX_TENSOR_NAME = 63
MAX_DIMENSIONS = 4
MAX_DIMENSION = 2**32
MAX_TENSOR = 2**42

UINT32, BOOL, STRING, ARRAY, FLOAT64 = 4, 7, 8, 9, 12
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", BOOL: "B", 10: "Q", 11: "q", FLOAT64: "d"}
"""Type number of each kind of number: its letter in the modules `struct` and `array`."""

_U32, _U64 = Struct("<I"), Struct("<Q")

type Scalar = int | float | bool | bytes
type Array = list[bytes] | array[int] | array[float]


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata of a GGUF file, by key, and its tensors in file order; strings are bytes as they stand there."""

    scalars: dict[str, Scalar]
    arrays: dict[str, Array]
    tensors: tuple[Tensor, ...]
    data_start: int
    """Where the tensor data begins, in bytes from the start of the file."""
    alignment: int
    doubles: frozenset[str]
    """The keys whose value is a number of 64 bits with a fraction, where native code may expect 32."""


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of `file`, open at its start and `size` bytes long. Raises Flaw."""
    cursor = _Cursor(file, size)
    _check_magic_and_version(cursor, size)
    n_tensors, n_entries = cursor.number(_U64), cursor.number(_U64)
    if n_entries > MAX_ENTRIES or n_tensors > MAX_TENSORS:
        raise damaged("its header announces more entries than any model has")
    scalars: dict[str, Scalar] = {}
    arrays: dict[str, Array] = {}
    doubles: set[str] = set()
    alignment = 32
    for _ in range(n_entries):
        key = cursor.key()
        if key in scalars or key in arrays:
            raise damaged(f"the entry {key} occurs twice")
        kind = cursor.number(_U32)
        if kind == ARRAY:
            arrays[key] = cursor.array(key)
        else:
            scalars[key] = cursor.scalar(kind, key)
        if kind == FLOAT64:
            doubles.add(key)
        if key == "general.alignment":
            alignment = _alignment(kind, scalars.get(key))
    tensors = tuple(_read_tensor(cursor) for _ in range(n_tensors))
    data_start = _padded(cursor.position, alignment)
    _check_layout(tensors, data_start, alignment, size)
    return Header(scalars, arrays, tensors, data_start, alignment, frozenset(doubles))


def read_scalars(file: BinaryIO, size: int) -> dict[str, Scalar]:
    """The entries before the first list: where a file says what it is, ahead of its vocabulary. Raises Flaw."""
    cursor = _Cursor(file, size)
    _check_magic_and_version(cursor, size)
    cursor.number(_U64)
    scalars: dict[str, Scalar] = {}
    for _ in range(min(cursor.number(_U64), MAX_ENTRIES)):
        key, kind = cursor.key(), cursor.number(_U32)
        if kind == ARRAY and not key.startswith("general."):
            break
        if kind == ARRAY:
            cursor.array(key)
        else:
            scalars[key] = cursor.scalar(kind, key)
    return scalars


class _Cursor:
    """Reads values one after the other and never past the file or `MAX_HEADER`."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._strings = 0
        self.position = 0

    def take(self, count: int) -> bytes:
        self.position += count
        if self.position > self._size:
            raise damaged("it ends in the middle of its header")
        if self.position > MAX_HEADER:
            raise damaged(f"its header is over {MAX_HEADER // 2**20} MiB")
        taken = self._file.read(count)
        if len(taken) < count:
            raise damaged("it became shorter while it was read")
        return taken

    def number(self, layout: Struct) -> int:
        value: int = layout.unpack(self.take(layout.size))[0]
        return value

    def string(self, limit: int = MAX_STRING) -> bytes:
        length = self.number(_U64)
        if length > limit:
            raise damaged("a text in its header is too long")
        return self.take(length)

    def key(self) -> str:
        raw = self.string(MAX_KEY)
        if not raw or not raw.isascii() or not raw.decode("ascii").isprintable():
            raise damaged("an entry of its header has no proper name")
        return raw.decode("ascii")

    def scalar(self, kind: int, key: str) -> Scalar:
        if kind == STRING:
            return self.string()
        if kind not in NUMBERS:
            raise damaged(f"the entry {key} has an unknown type")
        layout = Struct("<" + NUMBERS[kind])
        value: int | float = layout.unpack(self.take(layout.size))[0]
        return bool(value) if kind == BOOL else value

    def array(self, key: str) -> Array:
        kind, count = self.number(_U32), self.number(_U64)
        if count > MAX_ARRAY:
            raise damaged(f"the entry {key} is too long")
        if kind == STRING:
            self._strings += count
            if self._strings > MAX_ARRAY:
                raise damaged("its header holds more texts than any model has")
            return [self.string() for _ in range(count)]
        if kind not in NUMBERS:
            raise damaged(f"the entry {key} has an unknown type")
        values = array(NUMBERS[kind])
        values.frombytes(self.take(count * values.itemsize))
        return values


def _check_magic_and_version(cursor: _Cursor, size: int) -> None:
    if size < _U32.size or cursor.take(4) != b"GGUF":
        raise Flaw("is not a GGUF file", "llama-desk runs models in the GGUF format, whose names end in .gguf.")
    version = cursor.number(_U32)
    if version & 0xFFFF == 0 and version:
        raise unsupported("is a GGUF file for big-endian machines")
    if version not in (2, 3):
        raise unsupported(f"is a GGUF file of version {version}, and only versions 2 and 3 are read")


def _alignment(kind: int, value: object) -> int:
    if kind != UINT32 or not isinstance(value, int) or not 1 <= value <= 65_536 or value & (value - 1):
        raise damaged("the alignment of its tensors is not a power of two")
    return value


def _read_tensor(cursor: _Cursor) -> Tensor:
    name = cursor.string(MAX_TENSOR_NAME)
    if not name or not name.isascii() or not name.decode("ascii").isprintable():
        raise damaged("a tensor has no proper name")
    dimensions = cursor.number(_U32)
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise damaged(f"the tensor {name.decode('ascii')} has an impossible shape")
    shape = tuple(cursor.number(_U64) for _ in range(dimensions))
    return Tensor(name.decode("ascii"), shape, cursor.number(_U32), cursor.number(_U64))


def _check_layout(tensors: tuple[Tensor, ...], data_start: int, alignment: int, size: int) -> None:
    """Each tensor has a known type and whole blocks, begins where the one before it ended, and lies in the file."""
    names: set[str] = set()
    expected = 0
    for tensor in tensors:
        if tensor.name in names:
            raise damaged(f"the tensor {tensor.name} occurs twice")
        names.add(tensor.name)
        if tensor.kind not in BLOCKS:
            raise unsupported(f"has weights of a kind that llama-desk does not know (number {tensor.kind})")
        weights, _ = BLOCKS[tensor.kind]
        possible = all(1 <= length <= MAX_DIMENSION for length in tensor.shape) and tensor.size <= MAX_TENSOR
        if not possible or tensor.shape[0] % weights:
            raise damaged(f"the tensor {tensor.name} has an impossible shape")
        if tensor.offset != expected:
            raise damaged(f"the tensor {tensor.name} is not where it should be")
        if data_start + tensor.offset + tensor.size > size:
            missing = data_start + tensor.offset + tensor.size - size
            raise damaged(f"it is cut short, at least {missing:,} bytes are missing")
        expected = _padded(tensor.offset + tensor.size, alignment)


def _padded(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment
