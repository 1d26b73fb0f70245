"""What a GGUF file says of itself, for a person to read: a model, a projector or an adapter, whether it runs or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Literal

from runtime.model_file.architectures import TEXT_ENCODERS
from runtime.model_file.check import embeds, opened, text_of
from runtime.model_file.header import Array, Header, Scalar, read_header
from runtime.model_file.tensor_types import Tensor

FileKind = Literal["model", "vectors", "projector", "adapter"]

_SOURCES = (
    "general.source.repo_url",
    "general.source.url",
    "general.repo_url",
    "general.url",
    "general.base_model.0.repo_url",
)
_LICENCES = ("general.license.name", "general.license", "general.license.link")


@dataclass(frozen=True, slots=True)
class TensorShare:
    """The tensors of one type."""

    kind: str
    """The type as llama.cpp writes it: "Q4_K"."""
    tensors: int
    parameters: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the header of a file says. Texts are on one line and printable; "" and 0 stand for what it does not say."""

    name: str
    kind: FileKind
    architecture: str
    parameters: int
    shares: tuple[TensorShare, ...]
    """The largest first."""
    context: int
    layers: int
    kv_bytes_per_token: int
    """Of a cache in f16."""
    has_template: bool
    tokenizer: str
    vocabulary: int
    languages: tuple[str, ...]
    licence: str
    made_by: str
    source: str
    size: int


def describe(path: Path) -> Description:
    """Read the header of the file at `path`: at most 64 MiB and about a second.

    Raises BadModelFile for what is no whole GGUF file. That it can be described does not mean that it runs.
    """
    with opened(path) as (file, size):
        header = read_header(file, size)
    said = header.scalars
    architecture = text_of(said.get("general.architecture"))
    return Description(
        name=text_of(said.get("general.name")) or path.stem,
        kind=kind_of(said),
        architecture=architecture,
        parameters=sum(prod(tensor.shape) for tensor in header.tensors),
        shares=_shares(header.tensors),
        context=_number(said, f"{architecture}.context_length"),
        layers=_number(said, f"{architecture}.block_count"),
        kv_bytes_per_token=kv_bytes_per_token(said, header.arrays),
        has_template=bool(text_of(said.get("tokenizer.chat_template"))),
        tokenizer=" ".join(filter(None, (text_of(said.get(f"tokenizer.ggml.{key}")) for key in ("model", "pre")))),
        vocabulary=len(header.arrays.get("tokenizer.ggml.tokens", ())),
        languages=_languages(header),
        licence=_first(said, _LICENCES),
        made_by=_first(said, ("general.organization", "general.author", "general.quantized_by")),
        source=_first(said, _SOURCES),
        size=size,
    )


def kind_of(said: Mapping[str, Scalar]) -> FileKind:
    """What a file is for, by the entries of its header."""
    architecture = text_of(said.get("general.architecture"))
    kind = text_of(said.get("general.type"))
    if kind == "adapter":
        return "adapter"
    if kind == "mmproj" or architecture == "clip":
        return "projector"
    return "vectors" if architecture in TEXT_ENCODERS or embeds(said, architecture) else "model"


def kv_bytes_per_token(said: Mapping[str, Scalar], arrays: Mapping[str, Array]) -> int:
    """Bytes of an f16 cache for one token; 0 for files that keep none or do not say their shape."""
    prefix = text_of(said.get("general.architecture")) + "."
    heads = _number(said, prefix + "attention.head_count")
    layers = _number(said, prefix + "block_count")
    if kind_of(said) != "model" or not layers:
        return 0
    width = _number(said, prefix + "embedding_length") // heads if heads else 0
    head_size = sum(_number(said, f"{prefix}attention.{part}_length") or width for part in ("key", "value"))
    each = arrays.get(prefix + "attention.head_count_kv")
    if each is not None:
        kv_heads = sum(count for count in each if isinstance(count, int))
    else:
        kv_heads = layers * (_number(said, prefix + "attention.head_count_kv") or heads)
    return kv_heads * head_size * 2


def _shares(tensors: tuple[Tensor, ...]) -> tuple[TensorShare, ...]:
    counts, parameters, sizes = Counter[int](), Counter[int](), Counter[int]()
    for tensor in tensors:
        counts[tensor.kind] += 1
        parameters[tensor.kind] += prod(tensor.shape)
        sizes[tensor.kind] += tensor.size
    return tuple(
        TensorShare(_type_name(kind), counts[kind], parameters[kind], size) for kind, size in sizes.most_common()
    )


def _type_name(kind: int) -> str:
    from gguf import GGMLQuantizationType  # imports NumPy

    try:
        return str(GGMLQuantizationType(kind).name)
    except ValueError:
        return f"type {kind}"


def _number(said: Mapping[str, Scalar], key: str) -> int:
    value = said.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _first(said: Mapping[str, Scalar], keys: tuple[str, ...]) -> str:
    return next(filter(None, (text_of(said.get(key)) for key in keys)), "")


def _languages(header: Header) -> tuple[str, ...]:
    listed = header.arrays.get("general.languages", [])
    return tuple(text_of(one) for one in listed[:64]) if isinstance(listed, list) else ()
