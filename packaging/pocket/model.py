"""The network: Llama's architecture (RMSNorm, RoPE, grouped-query attention, SwiGLU, tied embeddings), small.

Weights are named as llama.cpp names them; RoPE turns pairs of a head's first half and its second, which is faster here,
and `export.py` makes neighbours of them, as llama.cpp has it.
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
    """Attention and feed-forward, each added to the stream: x is (tokens, width), of an opening and then of rows."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, kv_width = shape.width, shape.kv_heads * shape.head_width
        self.shape = shape
        self.attn_norm, self.ffn_norm = Norm(shape), Norm(shape)
        self.attn_qkv = nn.Linear(width, width + 2 * kv_width, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_gate_up = nn.Linear(width, 2 * shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, width, bias=False)

    def attend(self, x: Tensor, turns: Turns, rows: int) -> Tensor:
        """The stream after attention: the opening sees itself, each of the `rows` the opening and itself."""
        heads, kv_heads, head_width = self.shape.heads, self.shape.kv_heads, self.shape.head_width
        opening = turns.opening
        q, k, v = self.attn_qkv(self.attn_norm(x)).split(
            (heads * head_width, kv_heads * head_width, kv_heads * head_width), -1
        )
        q = rotate(q.view(-1, heads, head_width), turns.cos, turns.sin) * head_width**-0.5
        k = rotate(k.view(-1, kv_heads, head_width), turns.cos, turns.sin)
        v = v.view(-1, kv_heads, head_width)
        mixed = self._mixed(q[opening:], k[opening:], v[opening:], rows, before=(k[:opening], v[:opening]))
        if opening:
            mixed = torch.cat((self._mixed(q[:opening], k[:opening], v[:opening], 1), mixed))
        return x + self.attn_output(mixed)

    def feed(self, x: Tensor) -> Tensor:
        gate, up = self.ffn_gate_up(self.ffn_norm(x)).chunk(2, -1)
        return x + self.ffn_down(functional.silu(gate) * up)

    def _mixed(self, q: Tensor, k: Tensor, v: Tensor, rows: int, before: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Causal attention by plain products, (tokens, width): for short rows on a CPU faster than the fused kernel.

        `before` are the keys and values, each (time, kv_heads, head_width), that every row sees all of.
        """
        heads, kv_heads, head_width = self.shape.heads, self.shape.kv_heads, self.shape.head_width
        group, pairs, time = heads // kv_heads, rows * kv_heads, q.shape[0] // rows
        q = q.view(rows, time, kv_heads, group, head_width).permute(0, 2, 3, 1, 4).reshape(pairs, -1, head_width)
        k, v = (one.view(rows, time, kv_heads, head_width).transpose(1, 2) for one in (k, v))
        if before is not None:
            k, v = (
                torch.cat((one.transpose(0, 1)[None].expand(rows, -1, -1, -1), other), 2)
                for one, other in zip(before, (k, v), strict=True)
            )
        seen = k.shape[2]
        k, v = (one.reshape(pairs, seen, head_width) for one in (k, v))
        scores = torch.bmm(q, k.transpose(1, 2)).view(pairs, group, time, seen)
        hidden = torch.full((time, seen), -1e4, dtype=scores.dtype, device=q.device).triu(1 + seen - time)
        weights = torch.softmax(scores + hidden, -1, dtype=scores.dtype).view(pairs, group * time, seen)
        mixed = torch.bmm(weights, v).view(rows, kv_heads, group, time, head_width)
        return mixed.permute(0, 3, 1, 2, 4).reshape(rows * time, -1)


class Pocket(nn.Module):
    """Token ids to the last hidden states of the tokens at `places`; `logits` goes on from there."""

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

    def forward(self, opening: Tensor, ids: Tensor, places: Tensor) -> Tensor:
        """`opening` (tokens) begins each of the rows of `ids` (rows, time); `places` counts in the flattened rows."""
        turns = Turns.of(self.shape, opening, ids)
        x = self.token_embd(torch.cat((opening, ids.flatten())))
        for block in self.blocks[:-1]:
            x = block.feed(block.attend(x, turns, ids.shape[0]))
        last = self.blocks[-1]
        x = last.attend(x, turns, ids.shape[0])[places + opening.shape[0]]
        return self.output_norm(last.feed(x))

    def logits(self, hidden: Tensor) -> Tensor:
        return functional.linear(hidden, self.token_embd.weight)


@dataclass(frozen=True)
class Turns:
    """How far RoPE turns each token of the stream: cosines and sines, each (tokens, 1, head_width / 2).

    Su et al., https://arxiv.org/abs/2104.09864
    """

    opening: int
    cos: Tensor
    sin: Tensor

    @classmethod
    def of(cls, shape: Shape, opening: Tensor, ids: Tensor) -> Turns:
        length, (rows, time) = opening.shape[0], ids.shape
        exponents = torch.arange(0, shape.head_width, 2, device=ids.device) / shape.head_width
        places = torch.arange(length + time, device=ids.device)
        angles = places[:, None] * shape.rope_base**-exponents
        angles = torch.cat((angles[:length], angles[length:].repeat(rows, 1)))
        return cls(length, angles.cos()[:, None], angles.sin()[:, None])


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of x (tokens, heads, head_width), of its first half and its second, by the angle of its place."""
    a, b = x.chunk(2, -1)
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)
