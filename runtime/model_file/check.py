"""Says whether a file is a model that can be run, before any native code opens it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from runtime.errors import BadModelFile
from runtime.model_file.architectures import TEXT_ENCODERS, TEXT_GENERATORS
from runtime.model_file.flaws import Flaw, damaged, unsupported
from runtime.model_file.header import Header, Scalar, read_header, read_scalars
from runtime.model_file.hyperparameters import check_hyperparameters
from runtime.model_file.sizes import Sizes, sizes_of
from runtime.model_file.vocabulary import check_vocabulary
from runtime.reading import open_for_reading

MAX_NAME = 80
POOLINGS = frozenset({1, 2, 3})
"""The ways of making one vector of a text's many (mean, first, last): those of `enum llama_pooling_type` that do."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model file says of itself."""

    name: str
    """Its own name for itself, printable and on one line; the file's name where it has none."""
    architecture: str
    n_ctx_train: int
    """Tokens of context it was trained for."""
    layers: int
    n_vocab: int
    has_template: bool
    """Whether it carries the template that turns a conversation into its prompt."""
    size: int
    """Bytes of the file."""
    sizes: Sizes
    """What decides how much memory it takes."""
    embeds: bool = False
    """Whether it was made to turn texts into vectors rather than to write."""


def check_model(path: Path) -> ModelFacts:
    """What the GGUF file at `path` holds. Reads its header only: at most 64 MiB and about a second.

    Raises BadModelFile for anything that is not a whole, sound model of a known architecture, for text or for vectors.
    A file that passes may still fail to load, but the known ways to abort the process that loads it are closed.
    """
    with opened(path) as (file, size):
        return _facts(read_header(file, size), path, size)


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file at `path` and its size in bytes; what is wrong with either is raised as BadModelFile."""
    try:
        with open_regular(path) as file:
            yield file, os.fstat(file.fileno()).st_size
    except Flaw as flaw:
        raise BadModelFile(f"{one_line(path.name)} {flaw.clause}.", hint=flaw.hint) from flaw
    except OSError as error:
        raise unreadable(path, error) from error


def makes_vectors(path: Path) -> bool:
    """Whether the file at `path` says, where its header begins, that it is a model for vectors. Takes milliseconds.

    False for whatever cannot be read: `check_model` says what is wrong with it.
    """
    scalars = first_scalars(path)
    return embeds(scalars, text_of(scalars.get("general.architecture")))


def is_addition(path: Path) -> bool:
    """Whether the file at `path` says that it is an addition to a model, such as an adapter; as `makes_vectors`."""
    return first_scalars(path).get("general.type", b"model") != b"model"


def first_scalars(path: Path) -> Mapping[str, Scalar]:
    """What stands where the header of the file begins; nothing when it cannot be read. Takes milliseconds."""
    try:
        with opened(path) as (file, size):
            return read_scalars(file, size)
    except BadModelFile:
        return {}


def open_regular(path: Path) -> BinaryIO:
    """Open `path` without waiting, should it be a FIFO or a device. Raises Flaw for what is no regular file."""
    if path.is_dir():  # Windows reports an attempt to open one as a lack of permission.
        raise Flaw("is a folder, not a model file", "Name one of the .gguf files in it.")
    try:
        descriptor = open_for_reading(path)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise Flaw("is not a regular file", "Name a .gguf file.") from error
        raise
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise Flaw("is not a regular file", "Name a .gguf file.")
    return file


def unreadable(path: Path, error: OSError, what: str = "model") -> BadModelFile:
    shown = one_line(str(path), limit=200)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return BadModelFile(f"There is no file {shown}.", hint=f"Check the path of the {what}.")
    if isinstance(error, PermissionError):
        return BadModelFile(f"You may not read {shown}.", hint=f"Change its permissions, or name another {what} file.")
    reason = error.strerror or "unknown reason"
    return BadModelFile(f"{shown} could not be read ({reason}).", hint=f"Try again, or name another {what} file.")


def _facts(header: Header, path: Path, size: int) -> ModelFacts:
    architecture = _architecture(header)
    _check_is_whole_model(header)
    n_vocab = check_vocabulary(header, encoder=architecture in TEXT_ENCODERS)
    shape = check_hyperparameters(header, architecture)
    embedding = next((tensor for tensor in header.tensors if tensor.name == "token_embd.weight"), None)
    if embedding is None or embedding.shape != (shape.n_embd, n_vocab):
        raise damaged("its vocabulary and its weights disagree")
    vectors = embeds(header.scalars, architecture)
    if architecture in TEXT_ENCODERS and not vectors:
        raise unsupported("makes no vectors of texts: it ranks them, or does not say how they come about")
    template = header.scalars.get("tokenizer.chat_template")
    return ModelFacts(
        name=text_of(header.scalars.get("general.name")) or path.stem,
        architecture=architecture,
        n_ctx_train=shape.n_ctx_train,
        layers=shape.layers,
        n_vocab=n_vocab,
        has_template=isinstance(template, bytes) and bool(template.strip()),
        size=size,
        sizes=sizes_of(header, architecture),
        embeds=vectors,
    )


def _architecture(header: Header) -> str:
    raw = header.scalars.get("general.architecture")
    kind = header.scalars.get("general.type", b"model")
    if kind != b"model":
        raise unsupported(f"is not a model but an addition to one ({text_of(kind) or 'of unknown kind'})")
    architecture = text_of(raw)
    if not architecture:
        raise damaged("it does not say its architecture")
    if architecture not in TEXT_GENERATORS | TEXT_ENCODERS:
        raise unsupported(f"has an architecture that llama-desk does not run ({architecture})")
    return architecture


def embeds(scalars: Mapping[str, Scalar], architecture: str) -> bool:
    """Whether a model of this header was made to turn texts into vectors."""
    return scalars.get(f"{architecture}.pooling_type") in POOLINGS


def _check_is_whole_model(header: Header) -> None:
    parts = header.scalars.get("split.count", 0)
    if parts not in (0, 1):
        raise Flaw("is one part of a model that was split", "Join the parts with llama-gguf-split --merge.")
    if not header.tensors:
        raise unsupported("holds a vocabulary only, without the weights of a model")


def text_of(raw: object) -> str:
    """The text of a header entry, fit to be shown; "" for anything but text."""
    return one_line(raw.decode("utf-8", errors="replace")) if isinstance(raw, bytes) else ""


def one_line(text: str, *, limit: int = MAX_NAME) -> str:
    """`text` without control characters, its spaces folded, and cut after `limit` characters."""
    words = "".join(character if character.isprintable() else " " for character in text).split()
    return " ".join(words)[:limit].strip()
