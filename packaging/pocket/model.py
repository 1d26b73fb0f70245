"""The network: Llama's architecture (RMSNorm, RoPE, grouped-query attention, SwiGLU, tied embeddings), small.

Weights are named and laid out so that `export.py` writes them as llama.cpp reads them (rotary pairs are neighbours).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 4096
    width: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 2
    feed_forward: int = 512
    rope_base: float = 10_000.0
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class Norm(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(shape.width)), shape.epsilon

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, x.shape[-1:], self.weight, self.epsilon)


class Block(nn.Module):
    """Attention and feed-forward, each added to the stream: x is (batch, time, width)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, kv_width = shape.width, shape.kv_heads * shape.head_width
        self.shape = shape
        self.attn_norm, self.ffn_norm = Norm(shape), Norm(shape)
        self.attn_qkv = nn.Linear(width, width + 2 * kv_width, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_gate_up = nn.Linear(width, 2 * shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attn_output(self._attention(self.attn_norm(x), cos, sin))
        gate, up = self.ffn_gate_up(self.ffn_norm(x)).chunk(2, -1)
        return x + self.ffn_down(functional.silu(gate) * up)

    def _attention(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Causal attention by plain products: for short sequences on a CPU faster than the fused kernel."""
        batch, time, width = x.shape
        heads, kv_heads, head_width = self.shape.heads, self.shape.kv_heads, self.shape.head_width
        group, pairs = heads // kv_heads, batch * kv_heads
        q, k, v = self.attn_qkv(x).split((width, kv_heads * head_width, kv_heads * head_width), -1)
        q = rotate(q.view(batch, time, heads, head_width), cos, sin) * head_width**-0.5
        k = rotate(k.view(batch, time, kv_heads, head_width), cos, sin)
        q = q.view(batch, time, kv_heads, group, head_width).permute(0, 2, 3, 1, 4).reshape(pairs, -1, head_width)
        k = k.permute(0, 2, 3, 1).reshape(pairs, head_width, time)
        v = v.view(batch, time, kv_heads, head_width).transpose(1, 2).reshape(pairs, time, head_width)
        scores = torch.bmm(q, k).view(pairs, group, time, time)
        hidden = torch.full((time, time), -1e4, dtype=scores.dtype, device=x.device).triu(1)
        weights = torch.softmax(scores + hidden, -1, dtype=scores.dtype).view(pairs, group * time, time)
        mixed = torch.bmm(weights, v).view(batch, kv_heads, group, time, head_width)
        return mixed.permute(0, 3, 1, 2, 4).reshape(batch, time, width)


class Pocket(nn.Module):
    """Token ids (batch, time) to the last hidden states (batch, time, width); `logits` goes on from there."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                into_stream = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * shape.layers) if into_stream else 0.02)

    def forward(self, ids: Tensor) -> Tensor:
        cos, sin = rotations(self.shape, ids.shape[1])
        x = self.token_embd(ids)
        cos, sin = cos.to(x.device), sin.to(x.device)
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.output_norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        return functional.linear(hidden, self.token_embd.weight)


def rotations(shape: Shape, time: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of RoPE, each (time, 1, head_width / 2). Su et al., https://arxiv.org/abs/2104.09864"""
    exponents = torch.arange(0, shape.head_width, 2) / shape.head_width
    angles = torch.arange(time)[:, None] * shape.rope_base**-exponents
    return angles.cos()[:, None], angles.sin()[:, None]


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of neighbours of x (batch, time, heads, head_width) by the angle of its place."""
    a, b = x[..., ::2], x[..., 1::2]
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
