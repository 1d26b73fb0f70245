"""How much memory a model needs, before anything loads it: its weights, its key-value cache and what surrounds them."""

from __future__ import annotations

SURROUNDINGS = 300 * 2**20
"""Bytes that the engine takes beside weights and cache: its process, llama.cpp's buffers for computing and answers."""

BITS_PER_WEIGHT = {"Q4_0": 4.6, "Q4_K_M": 5.0, "Q8_0": 8.5, "F16": 16.0, "BF16": 16.0}
"""Of the quantisations in the manifest, with the tensors that each keeps at a higher precision; rounded upwards."""


def memory_needed(weights: int, kv_bytes_per_token: int, context: int) -> int:
    """Bytes for a model of `weights` bytes with a cache for `context` tokens, in RAM or on a graphics card.

    Left out is the second copy of some weights that llama.cpp may make, laid out for the processor's own instructions:
    the first one is a mapped file then, which the system takes out of memory when it needs the room.
    """
    return weights + kv_bytes_per_token * context + SURROUNDINGS


def estimated_weights(parameters: int, quantisation: str) -> int:
    """Bytes of a file of so many parameters, within about 10 %. Raises KeyError for an unknown quantisation."""
    return round(parameters * BITS_PER_WEIGHT[quantisation] / 8)
