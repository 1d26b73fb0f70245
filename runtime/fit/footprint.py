"""The memory that a model takes, from its file's header alone.

The sizes are those that llama.cpp gives its buffers, whose sources are named with each formula. What is measured rather
than derived stands in the constants; `packaging/benchmarks/memory.py` compares all of it with a running engine.

The pages of a mapped file count as needed, for every one is read for each token. Weights that llama.cpp copies into
another order for the CPU (its buffer CPU_REPACK) count once: the engine lets go of the pages they were copied from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from runtime.model_file.check import ModelFacts
from runtime.model_file.sizes import LayerSizes, Sizes

KvType = Literal["f32", "f16", "q8_0"]
KV_TYPES: dict[KvType, tuple[int, int]] = {"f32": (1, 4), "f16": (1, 2), "q8_0": (32, 34)}
"""Numbers in one block of keys or values, and the bytes of a block."""

PROCESS = 64 << 20
"""Bytes of the engine for Python, its libraries and llama.cpp's (54 MiB before it loads anything) and for the graphs of
a small model (8 MiB more): measured on Linux."""
BYTES_PER_TOKEN, BYTES_PER_MERGE = 150, 110
"""Of llama.cpp's tables of the vocabulary: 49 MiB for Llama 3's 128,256 tokens and 280,147 merges, measured."""
_CELLS = 256  # llama_context pads the context of each sequence to a multiple of this
_FLOAT = 4


@dataclass(frozen=True, slots=True)
class Footprint:
    """A model's name and sizes, and the bytes that follow from them."""

    name: str
    sizes: Sizes

    @property
    def weights(self) -> int:
        """Of all tensors, each once."""
        sizes = self.sizes
        return sizes.embedding + sum(layer.weights for layer in sizes.layers) + (0 if sizes.tied else sizes.output)

    @property
    def vocabulary(self) -> int:
        """Of llama.cpp's tables for it, which no buffer holds."""
        return self.sizes.n_vocab * BYTES_PER_TOKEN + self.sizes.merges * BYTES_PER_MERGE

    @property
    def takes_8_bits(self) -> bool:
        """Whether its keys and values can be kept in 8 bits: each head in whole blocks."""
        return self.sizes.head_width % KV_TYPES["q8_0"][0] == 0

    def cells(self, n_ctx: int, sequences: int) -> int:
        """Tokens whose keys and values are kept: each sequence has cells of its own, a multiple of 256.

        The engine keeps whole sequences in layers with a sliding window too (`swa_full`): without that a sequence could
        not be cut and gone on with, so such layers save nothing.
        """
        return -(-n_ctx // _CELLS) * _CELLS * sequences

    def kv_bytes(self, n_ctx: int, sequences: int, kv_type: KvType) -> int:
        """Of the keys and values of all layers. They are cleared when they are made, so all of it is resident."""
        return sum(self.layer_kv_bytes(layer, n_ctx, sequences, kv_type) for layer in self.sizes.layers)

    def layer_kv_bytes(self, layer: LayerSizes, n_ctx: int, sequences: int, kv_type: KvType) -> int:
        """Of one layer's keys and values: whole blocks for each token."""
        block, size = KV_TYPES[kv_type]
        return self.cells(n_ctx, sequences) * (-(-layer.keys // block) + -(-layer.values // block)) * size

    def compute_bytes(self, n_ctx: int, ubatch: int, *, outputs: int, flash: bool) -> int:
        """Of the buffer for intermediate results.

        It holds the largest of three moments for a micro-batch of `ubatch` tokens (`llama_context::graph_reserve`
        reserves it once for the full context):

        - attention: the mask, a score for each head and each token of the context, and per token 2 vectors of the
          model's width, 3 of the queries', 2 of the keys'. Flash attention has a 16-bit mask, no scores, and one vector
          of the queries' less.
        - feed-forward: the mask, 3 vectors of its width and 4 of the model's.
        - output: a row of logits for each of `outputs`.

        The counts of vectors were found by comparing buffers of models of five shapes; they are exact for attention and
        up to 2 of the model's width too many for feed-forward.
        """
        sizes, cells = self.sizes, self.cells(n_ctx, 1)
        queries, keys = sizes.heads * sizes.head_width, max(layer.keys for layer in sizes.layers)
        scores = 0 if flash else ubatch * cells * sizes.heads
        mask = ubatch * cells * (2 if flash else _FLOAT)
        vectors = 2 * sizes.width + (2 if flash else 3) * queries + 2 * keys
        attention = _FLOAT * (scores + ubatch * vectors)
        feed_forward = _FLOAT * ubatch * (3 * sizes.feed_forward + 4 * sizes.width)
        output = _FLOAT * outputs * (sizes.n_vocab + sizes.width)
        return mask + max(attention, feed_forward, output)

    def scratch_bytes(self, n_ctx: int, ubatch: int, *, kv_type: KvType, flash: bool) -> int:
        """Of the CPU's memory for one operation (`ggml_graph_plan` in ggml-cpu.c), which no buffer shows.

        The scores once more in 16 bits, as a product with 16-bit values wants them, or a feed-forward row in 8.
        """
        rounded = 2 * ubatch * self.cells(n_ctx, 1) * self.sizes.heads if kv_type == "f16" and not flash else 0
        return max(rounded, ubatch * self.sizes.feed_forward * 9 // 8)

    def input_bytes(self, n_ctx: int, ubatch: int) -> int:
        """Of what the CPU hands to a GPU that computes all layers: vectors of the tokens and the mask."""
        return _FLOAT * ubatch * (2 * self.sizes.width + self.cells(n_ctx, 1))

    def output_bytes(self, outputs: int) -> int:
        """Of the logits that are handed out: a row for each of `outputs`, and the list of all tokens beside it."""
        return _FLOAT * self.sizes.n_vocab * (outputs + 1)


def footprint_of(facts: ModelFacts) -> Footprint:
    """The footprint of a model whose file has been checked."""
    return Footprint(facts.name, facts.sizes)
