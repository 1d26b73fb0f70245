"""How many bytes the tensors of a GGUF file take.

Source: `enum ggml_type` in ggml.h and the block structures of ggml-common.h, both of llama.cpp. The types that only
occur while computing (Q8_1, Q8_K) and those that no weights have (integers, F64) are left out: native code aborts
when it meets them in a matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

BLOCKS: dict[int, tuple[int, int]] = {
    0: (1, 4),  # F32
    1: (1, 2),  # F16
    2: (32, 18),  # Q4_0
    3: (32, 20),  # Q4_1
    6: (32, 22),  # Q5_0
    7: (32, 24),  # Q5_1
    8: (32, 34),  # Q8_0
    10: (256, 84),  # Q2_K
    11: (256, 110),  # Q3_K
    12: (256, 144),  # Q4_K
    13: (256, 176),  # Q5_K
    14: (256, 210),  # Q6_K
    16: (256, 66),  # IQ2_XXS
    17: (256, 74),  # IQ2_XS
    18: (256, 98),  # IQ3_XXS
    19: (256, 50),  # IQ1_S
    20: (32, 18),  # IQ4_NL
    21: (256, 110),  # IQ3_S
    22: (256, 82),  # IQ2_S
    23: (256, 136),  # IQ4_XS
    29: (256, 56),  # IQ1_M
    30: (1, 2),  # BF16
    34: (256, 54),  # TQ1_0
    35: (256, 66),  # TQ2_0
    39: (32, 17),  # MXFP4
    40: (64, 36),  # NVFP4
    41: (128, 18),  # Q1_0
    42: (64, 18),  # Q2_0
}
"""Type number: weights in one block, bytes of one block."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry of a file's tensor list; `offset` counts bytes from the start of the tensor data."""

    name: str
    shape: tuple[int, ...]
    """Lengths of the dimensions, the one that is contiguous in memory first."""
    kind: int
    offset: int

    @property
    def size(self) -> int:
        """Bytes of the tensor; its type is one of `BLOCKS` and its rows are whole blocks."""
        weights, size = BLOCKS[self.kind]
        return prod(self.shape) // weights * size
