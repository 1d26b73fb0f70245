"""Makes tiny LoRA adapters in GGUF for the tiny model of `tests.models`, sound ones and all kinds of bad ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import gguf
import numpy as np

from tests.models import FEED_FORWARD, WIDTH

type Tensors = dict[str, np.ndarray]

RANK = 4


def lora_tensors(*, seed: int = 0, layers: int = 2, strength: float = 0.5) -> Tensors:
    """The two factors for the queries and the output of the feed forward of each layer."""
    random = np.random.default_rng(seed)

    def factor(rows: int, columns: int) -> np.ndarray:
        return (random.standard_normal((rows, columns)) * strength / np.sqrt(columns)).astype(np.float32)

    tensors: Tensors = {}
    for layer in range(layers):
        for name, rows, columns in (("attn_q", WIDTH, WIDTH), ("ffn_down", WIDTH, FEED_FORWARD)):
            tensors[f"blk.{layer}.{name}.weight.lora_a"] = factor(RANK, columns)
            tensors[f"blk.{layer}.{name}.weight.lora_b"] = factor(rows, RANK) * 4
    return tensors


def make_lora(
    path: Path,
    tensors: Mapping[str, np.ndarray] | None = None,
    *,
    architecture: str = "llama",
    kind: str = "adapter",
    adapter: str | None = "lora",
    alpha: float | None = 8.0,
    also: Callable[[gguf.GGUFWriter], None] = lambda writer: None,
) -> Path:
    """Write an adapter to `path`; return `path`. `also` adds what else its header says."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(kind)
    if adapter is not None:
        writer.add_string("adapter.type", adapter)
    if alpha is not None:
        writer.add_float32("adapter.lora.alpha", alpha)
    also(writer)
    for name, weights in (lora_tensors() if tensors is None else tensors).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
