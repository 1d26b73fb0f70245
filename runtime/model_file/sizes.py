"""The sizes in a model file's header that decide how much memory the model takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runtime.model_file.header import Header, Scalar


@dataclass(frozen=True, slots=True)
class LayerSizes:
    """Bytes of one layer's weights, and how many numbers its keys and its values have for one token."""

    weights: int
    keys: int
    values: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a whole model; `embedding` and `output` are bytes, the rest are counts of numbers or of tokens."""

    layers: tuple[LayerSizes, ...]
    embedding: int
    """Of the matrix that turns tokens into vectors, and of all else that belongs to no layer and not to the output."""
    output: int
    """Of the matrix that turns vectors into logits, and its norm."""
    tied: bool
    """Whether the two are one matrix in the file; then the bytes of `output` are among those of `embedding`."""
    n_ctx_train: int
    n_vocab: int
    merges: int
    width: int
    heads: int
    head_width: int
    feed_forward: int
    """Numbers between the two halves of the feed-forward block: of all experts that a token visits."""


def sizes_of(header: Header, architecture: str) -> Sizes:
    """The sizes of the model that a sound `header` describes."""
    numbers = _Numbers(header, architecture)
    layers = numbers.one("block_count", 1)
    sizes = {tensor.name: tensor.size for tensor in header.tensors}
    weights, rest = _divided(sizes, layers)
    width, tied = numbers.one("embedding_length", 1), "output.weight" not in sizes
    norm = sum(size for name, size in sizes.items() if name.startswith("output_norm"))
    output = norm + sizes.get("token_embd.weight" if tied else "output.weight", 0)
    heads = max(numbers.each("attention.head_count", layers, 1))
    kv_widths = _kv_widths(numbers, layers)
    return Sizes(
        layers=tuple(LayerSizes(size, *widths) for size, widths in zip(weights, kv_widths, strict=True)),
        embedding=rest if tied else rest - output,
        output=output,
        tied=tied,
        n_ctx_train=numbers.one("context_length", 0),
        n_vocab=len(header.arrays.get("tokenizer.ggml.tokens", [])),
        merges=len(header.arrays.get("tokenizer.ggml.merges", [])),
        width=width,
        heads=heads,
        head_width=numbers.one("attention.key_length", width // max(1, heads)),
        feed_forward=_feed_forward(numbers, layers),
    )


def _divided(sizes: dict[str, int], layers: int) -> tuple[list[int], int]:
    """The bytes of each layer, and of the tensors that belong to none."""
    weights, rest = [0] * layers, 0
    for name, size in sizes.items():
        found = re.match(r"blk\.(\d{1,4})\.", name)
        if found and int(found[1]) < layers:
            weights[int(found[1])] += size
        else:
            rest += size
    return weights, rest


def _kv_widths(numbers: _Numbers, layers: int) -> list[tuple[int, int]]:
    """Numbers of keys and of values for one token in each layer. Source: `llama_kv_cache` in llama-kv-cache.cpp.

    A layer that uses another's keeps none. With multi-head latent attention there are keys alone, from which the values
    are made.
    """
    heads = numbers.each("attention.head_count", layers, 1)
    said = numbers.each("attention.head_count_kv", layers, -1)
    kv_heads = [head if kv < 0 else kv for kv, head in zip(said, heads, strict=True)]
    width = numbers.one("embedding_length", 1) // max(1, *heads)
    key = numbers.one("attention.key_length", width)
    latent = numbers.one("attention.key_length_mla", 0) > 0
    value = 0 if latent else numbers.one("attention.value_length", width)
    own = layers - numbers.one("attention.shared_kv_layers", 0)
    return [(kv * key, kv * value) if layer < own else (0, 0) for layer, kv in enumerate(kv_heads)]


def _feed_forward(numbers: _Numbers, layers: int) -> int:
    dense = max(numbers.each("feed_forward_length", layers, 0))
    used = max(numbers.each("expert_used_count", layers, 0))
    return max(dense, used * numbers.one("expert_feed_forward_length", dense))


class _Numbers:
    """The whole numbers of one architecture, by the part of their key after its name."""

    def __init__(self, header: Header, architecture: str) -> None:
        self._header = header
        self._prefix = architecture + "."

    def one(self, key: str, default: int) -> int:
        return _whole(self._header.scalars.get(self._prefix + key), default)

    def each(self, key: str, layers: int, default: int) -> list[int]:
        values = self._header.arrays.get(self._prefix + key)
        if values is None or len(values) != layers:
            return [self.one(key, default)] * layers
        return [_whole(value, default) for value in values]


def _whole(value: Scalar | None, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
