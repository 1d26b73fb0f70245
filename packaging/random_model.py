"""Writes a GGUF of the exact shape of a Llama 3.2 model with random weights: all of its memory, none of its sense.

    uv run python packaging/random_model.py 1b Q4_K_M build/random-1b.gguf

The sizes of all tensors and their types are those of the released files, so loading it takes the same memory and
computing with it the same time. The blocks of the quantised types are made of random bits with small scales, without
quantising anything; the vocabulary is as large as the real one and made up.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
from numpy.typing import NDArray

type Bytes = NDArray[np.uint8]
type Quantisation = Literal["Q4_K_M", "Q8_0", "Q4_0", "F16"]

QUANTISATIONS: tuple[Quantisation, ...] = ("Q4_K_M", "Q8_0", "Q4_0", "F16")
_KIND = gguf.GGMLQuantizationType
_POOL = 16 << 20  # bytes of random blocks; each tensor is a piece of them that begins elsewhere
_ALPHABET = 256


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a Llama model whose output matrix is that of its embedding."""

    name: str
    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_width: int
    vocabulary: int
    merges: int
    n_ctx: int


SHAPES = {
    "1b": Shape("Llama 3.2 1B", 16, 2048, 8192, 32, 8, 64, 128_256, 280_147, 131_072),
    "3b": Shape("Llama 3.2 3B", 28, 3072, 8192, 24, 8, 128, 128_256, 280_147, 131_072),
    "small": Shape("a small Llama", 4, 512, 2048, 8, 4, 64, 8_192, 12_000, 32_768),
}
"""Source of the first two: the `config.json` of meta-llama/Llama-3.2-1B and -3B."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("quantisation", choices=QUANTISATIONS)
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    write_random_model(arguments.path, SHAPES[arguments.shape], arguments.quantisation)
    print(f"{arguments.path}: {arguments.path.stat().st_size / 1e9:.2f} GB")


def write_random_model(path: Path, shape: Shape, quantisation: Quantisation, *, seed: int = 0) -> Path:
    """Write the model to `path`, the same bytes for the same arguments; return `path`."""
    writer = gguf.GGUFWriter(path, "llama")
    _add_hyperparameters(writer, shape)
    _add_vocabulary(writer, shape)
    blocks = _Blocks(seed)
    tensors = list(_tensors(shape, quantisation))
    for name, dimensions, kind in tensors:
        weights, size = gguf.GGML_QUANT_SIZES[kind]
        stored = (*dimensions[:-1], dimensions[-1] // weights * size)
        dtype, raw = (np.dtype(np.float32), None) if kind is _KIND.F32 else (np.dtype(np.uint8), kind)
        writer.add_tensor_info(
            name, dimensions if raw is None else stored, dtype, blocks.count(dimensions, kind), raw_dtype=raw
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, dimensions, kind in tensors:
        data: Any = _ones(name, dimensions) if kind is _KIND.F32 else blocks.take(dimensions, kind)
        writer.write_tensor_data(data)
    writer.close()
    return path


def _add_hyperparameters(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name(f"{shape.name} (random weights)")
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.n_ctx)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(500_000.0)
    writer.add_layer_norm_rms_eps(1e-5)


def _add_vocabulary(writer: gguf.GGUFWriter, shape: Shape) -> None:
    """Byte-level BPE: the bytes, then strings of two and three of them, and more merges than there are tokens."""
    alphabet = _byte_alphabet()
    special = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    made = shape.vocabulary - len(alphabet) - len(special)
    letters = [character for character in alphabet if character.isalnum()]
    pairs = ["".join(pair) for pair in itertools.product(letters, repeat=2)]
    triples = itertools.product(pairs, letters)
    tokens = [*alphabet, *itertools.islice(itertools.chain(pairs, map("".join, triples)), made), *special]
    longer = tokens[len(alphabet) : len(alphabet) + made]
    splits = itertools.chain(
        (f"{token[:-1]} {token[-1]}" for token in longer),
        (f"{token[0]} {token[1:]}" for token in longer if len(token) > 2),
        (f"{first} {second}" for first in pairs for second in pairs),
    )
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.NORMAL] * (len(tokens) - len(special)) + [gguf.TokenType.CONTROL] * len(special)
    writer.add_token_types(kinds)
    writer.add_token_merges(list(itertools.islice(splits, shape.merges)))
    writer.add_bos_token_id(tokens.index("<|begin_of_text|>"))
    writer.add_eos_token_id(tokens.index("<|eot_id|>"))
    writer.add_add_bos_token(True)
    writer.add_chat_template("{{ bos_token }}{% for message in messages %}{{ message.content }}{% endfor %}")


def _byte_alphabet() -> list[str]:
    """One printable character for each byte value, as byte-level BPE writes it.

    Source: bytes_to_unicode in https://github.com/openai/gpt-2/blob/master/src/encoder.py
    """
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    stand_ins = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(stand_ins)) for byte in range(_ALPHABET)]


def _tensors(shape: Shape, quantisation: Quantisation) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    """Name, dimensions (rows first) and type of each tensor."""
    attention, keys = shape.heads * shape.head_width, shape.kv_heads * shape.head_width
    yield "token_embd.weight", (shape.vocabulary, shape.width), _kind("token_embd", 0, shape, quantisation)
    yield "output_norm.weight", (shape.width,), _KIND.F32
    yield "rope_freqs.weight", (shape.head_width // 2,), _KIND.F32
    matrices = {
        "attn_q": (attention, shape.width),
        "attn_k": (keys, shape.width),
        "attn_v": (keys, shape.width),
        "attn_output": (shape.width, attention),
        "ffn_gate": (shape.feed_forward, shape.width),
        "ffn_up": (shape.feed_forward, shape.width),
        "ffn_down": (shape.width, shape.feed_forward),
    }
    for layer in range(shape.layers):
        for norm in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{norm}.weight", (shape.width,), _KIND.F32
        for name, dimensions in matrices.items():
            yield f"blk.{layer}.{name}.weight", dimensions, _kind(name, layer, shape, quantisation)


def _kind(name: str, layer: int, shape: Shape, quantisation: Quantisation) -> Any:
    """The type that llama.cpp's own quantiser gives a matrix. Source: `llama_tensor_get_type` in llama-quant.cpp."""
    plain = {"Q4_K_M": _KIND.Q4_K, "Q8_0": _KIND.Q8_0, "Q4_0": _KIND.Q4_0, "F16": _KIND.F16}[quantisation]
    if quantisation in ("Q8_0", "F16"):
        return plain
    if name == "token_embd":  # it is the output matrix too
        return _KIND.Q6_K
    more_bits = layer < shape.layers // 8 or layer >= 7 * shape.layers // 8 or (layer - shape.layers // 8) % 3 == 2
    if quantisation == "Q4_K_M" and name in ("attn_v", "ffn_down") and more_bits:
        return _KIND.Q6_K
    return plain


def _ones(name: str, dimensions: tuple[int, ...]) -> NDArray[np.float32]:
    return np.ones(dimensions, np.float32)


class _Blocks:
    """A pool of random blocks for each type, from which every tensor takes the next ones."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._pools: dict[Any, Bytes] = {}
        self._next: dict[Any, int] = {}

    def count(self, dimensions: tuple[int, ...], kind: Any) -> int:
        """Bytes of a tensor."""
        weights, size = gguf.GGML_QUANT_SIZES[kind]
        return int(np.prod(dimensions)) // weights * size

    def take(self, dimensions: tuple[int, ...], kind: Any) -> Bytes:
        if kind not in self._pools:
            self._pools[kind], self._next[kind] = self._made(kind), 0
        pool, start = self._pools[kind], self._next[kind]
        blocks = self.count(dimensions, kind) // gguf.GGML_QUANT_SIZES[kind][1]
        self._next[kind] = (start + blocks) % len(pool)
        rows = np.arange(start, start + blocks) % len(pool)
        return pool[rows].reshape(dimensions[0], -1)

    def _made(self, kind: Any) -> Bytes:
        """Blocks of random bits whose scales (16-bit floats at the places that ggml-common.h gives) are small."""
        _, size = gguf.GGML_QUANT_SIZES[kind]
        count = _POOL // size | 1  # an odd number, so that no two rows are equal
        if kind is _KIND.F16:
            small = self._random.standard_normal(count, np.float32) * np.float32(0.02)
            return small.astype(np.float16).view(np.uint8).reshape(-1, 2)
        made = self._random.integers(0, 256, (count, size), np.uint8)
        for place in {_KIND.Q8_0: (0,), _KIND.Q4_0: (0,), _KIND.Q4_K: (0, 2), _KIND.Q6_K: (208,)}[kind]:
            scale = (self._random.random(count, np.float32) * np.float32(2e-4) + np.float32(1e-4)).astype(np.float16)
            made[:, place : place + 2] = scale.view(np.uint8).reshape(-1, 2)
        return made


if __name__ == "__main__":
    main()
