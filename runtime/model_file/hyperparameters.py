"""The numbers that shape a model: each in the range that native code takes without aborting.

Source: `llama_model_base::load_hparams` in llama-model.cpp of llama.cpp, which asserts on most of what is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite

from runtime.model_file.flaws import Flaw, damaged
from runtime.model_file.header import Header

MAX_LAYERS = 512
MAX_EXPERTS = 1024
ROPE_SCALINGS = frozenset({b"none", b"linear", b"yarn", b"longrope"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rest of the check, and a person, needs to know of a model's size."""

    n_ctx_train: int
    n_embd: int
    layers: int


class Numbers:
    """The entries of one architecture, by the part of their key after its name."""

    def __init__(self, header: Header, architecture: str) -> None:
        self.header = header
        self.prefix = architecture + "."

    def one(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        """A whole number from `low` to `high`; `default` where the key is absent, and a Flaw if there is none."""
        value = self.header.scalars.get(self.prefix + key, default)
        if value is None and self.prefix + key not in self.header.arrays:
            raise damaged(f"it does not say its {_words(key)}")
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key)
        return value

    def each(self, key: str, layers: int, high: int, *, default: list[int] | None = None) -> list[int]:
        """One whole number from 0 to `high` for each layer: the file says one for all, or one for each."""
        values = self.header.arrays.get(self.prefix + key)
        if values is None:
            if default is not None and self.prefix + key not in self.header.scalars:
                return default
            return [self.one(key, 1, high)] * layers
        if len(values) != layers:
            raise self.wrong(key)
        whole = [value for value in values if isinstance(value, int) and 0 <= value <= high]
        if len(whole) != layers:
            raise self.wrong(key)
        return whole

    def wrong(self, key: str) -> Flaw:
        return damaged(f"its {_words(key)} is out of range")


def check_hyperparameters(header: Header, architecture: str) -> Shape:
    """The size of the model that `header` describes. Raises Flaw for a number that no sound model has."""
    numbers = Numbers(header, architecture)
    layers = numbers.one("block_count", 1, MAX_LAYERS)
    shape = Shape(numbers.one("context_length", 1, 2**24), numbers.one("embedding_length", 1, 2**16), layers)
    numbers.each("feed_forward_length", layers, 2**20, default=[])
    _check_attention(numbers, shape)
    _check_experts(numbers, layers)
    _check_floats(numbers)
    if header.scalars.get(numbers.prefix + "rope.scaling.type", b"none") not in ROPE_SCALINGS:
        raise numbers.wrong("rope.scaling.type")
    if numbers.one("nextn_predict_layers", 0, MAX_LAYERS, default=0) >= layers:
        raise numbers.wrong("nextn_predict_layers")
    _check_layer_names(header, layers)
    return shape


def _check_attention(numbers: Numbers, shape: Shape) -> None:
    heads = numbers.each("attention.head_count", shape.layers, 1024)
    kv_heads = numbers.each("attention.head_count_kv", shape.layers, 1024, default=heads)
    if any(kv and (kv > head or head % kv) for head, kv in zip(heads, kv_heads, strict=True)):
        raise numbers.wrong("attention.head_count_kv")
    if heads[0] == 0:
        return
    width = shape.n_embd // heads[0]
    key = numbers.one("attention.key_length", 1, 8192, default=width)
    value = numbers.one("attention.value_length", 1, 8192, default=width)
    rotated = numbers.one("rope.dimension_count", 0, 8192, default=key)
    if rotated % 2 or rotated > key:
        raise numbers.wrong("rope.dimension_count")
    if numbers.prefix == "llama." and not key == value == rotated:
        raise damaged("the widths of its attention heads disagree")


def _check_experts(numbers: Numbers, layers: int) -> None:
    experts = numbers.one("expert_count", 0, MAX_EXPERTS, default=0)
    used = max(numbers.each("expert_used_count", layers, MAX_EXPERTS, default=[0])) if experts else 0
    if experts and not 0 < used <= experts:
        raise numbers.wrong("expert_used_count")
    if not experts and numbers.header.scalars.get(numbers.prefix + "expert_used_count", 0) != 0:
        raise numbers.wrong("expert_used_count")
    groups = numbers.one("expert_group_count", 0, MAX_EXPERTS, default=0)
    if groups and groups >= experts:
        raise numbers.wrong("expert_group_count")
    if groups > 1 and (experts % groups or not 0 < numbers.one("expert_group_used_count", 1, MAX_EXPERTS) < groups):
        raise numbers.wrong("expert_group_count")


def _check_floats(numbers: Numbers) -> None:
    """Every float of the architecture is finite, and what is divided by or rooted is positive."""
    for key, value in numbers.header.scalars.items():
        if not isinstance(value, float) or not key.startswith(numbers.prefix):
            continue
        name = key.removeprefix(numbers.prefix)
        positive = name == "rope.freq_base" or "epsilon" in name
        if not isfinite(value) or (positive and value <= 0):
            raise numbers.wrong(name)
    epsilon = max(_float(numbers, f"attention.layer_norm_{kind}epsilon") for kind in ("rms_", ""))
    if not 0 < epsilon < 1:
        raise damaged("it does not say the epsilon of its layer norm")


def _float(numbers: Numbers, key: str) -> float:
    value = numbers.header.scalars.get(numbers.prefix + key)
    return value if isinstance(value, float) else 0.0


def _check_layer_names(header: Header, layers: int) -> None:
    """The tensors belong to the layers that the header announces: "blk.0..." to the last one, and to no other."""
    numbered = [re.match(r"blk\.(\d{1,4})\.", tensor.name) for tensor in header.tensors]
    highest = max((int(found[1]) for found in numbered if found), default=-1)
    if highest + 1 != layers:
        raise damaged(f"it announces {layers} layers and holds {highest + 1}")


def _words(key: str) -> str:
    return key.replace(".", " ").replace("_", " ")
