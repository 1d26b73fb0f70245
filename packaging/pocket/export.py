"""Write the trained network as a GGUF file in Q8_0, with its vocabulary, its special tokens and its chat template."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch
from chat import SPECIAL_TOKENS, TEMPLATE
from gguf.quants import quantize
from model import Shape
from tokenizer import vocabulary
from tokenizers import Tokenizer

NAME = "llama-desk pocket"
CONTEXT = 2048
Q8_0 = gguf.GGMLQuantizationType.Q8_0


def export(checkpoint: Path, tokenizer: Path, out: Path) -> None:
    """Write `out` from a checkpoint of `train.py` and its tokenizer: the same bytes for the same weights."""
    saved = torch.load(checkpoint, map_location="cpu")
    shape = Shape(**saved["shape"])
    writer = gguf.GGUFWriter(out, "llama")
    _add_hyperparameters(writer, shape)
    _add_tokenizer(writer, Tokenizer.from_file(str(tokenizer)))
    for name, weights in tensors(saved["weights"], shape).items():
        if weights.ndim == 1:
            writer.add_tensor(name, weights)
        else:
            writer.add_tensor(name, quantize(weights, Q8_0), raw_dtype=Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensors(weights: dict[str, torch.Tensor], shape: Shape) -> dict[str, np.ndarray]:
    """The weights in float32 under llama.cpp's names; the joined projections are taken apart."""
    kv_width = shape.kv_heads * shape.head_width
    named: dict[str, np.ndarray] = {}
    for ours, weight in weights.items():
        array, name = weight.float().numpy(), ours.replace("blocks.", "blk.")
        if "attn_qkv" in name:
            parts = np.split(array, (shape.width, shape.width + kv_width))
            q, k = (_neighbours(part, shape.head_width) for part in parts[:2])
            named |= {name.replace("qkv", kind): part for kind, part in zip("qkv", (q, k, parts[2]), strict=True)}
        elif "ffn_gate_up" in name:
            parts = np.split(array, 2)
            named |= {name.replace("gate_up", kind): part for kind, part in zip(("gate", "up"), parts, strict=True)}
        else:
            named[name] = array
    return {name: np.ascontiguousarray(array) for name, array in named.items()}


def _neighbours(weight: np.ndarray, head_width: int) -> np.ndarray:
    """The rows (out, in) of queries or keys with the two of each pair that RoPE turns next to each other."""
    halves = weight.reshape(-1, 2, head_width // 2, weight.shape[1])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _add_hyperparameters(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name(NAME)
    writer.add_license("Apache-2.0")
    writer.add_size_label("3M")
    writer.add_languages(["en", "de", "fr", "it", "pt", "es", "hi", "th"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(CONTEXT)
    writer.add_block_count(shape.layers)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.epsilon)


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    tokens, merges = vocabulary(tokenizer)
    kinds = [gguf.TokenType.NORMAL] * len(tokens) + [gguf.TokenType.CONTROL] * len(SPECIAL_TOKENS)
    tokens = [*tokens, *SPECIAL_TOKENS]
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(tokens.index("<|begin_of_text|>"))
    writer.add_eos_token_id(tokens.index("<|eot_id|>"))
    writer.add_eot_token_id(tokens.index("<|eot_id|>"))
    writer.add_eom_token_id(tokens.index("<|eom_id|>"))
    writer.add_pad_token_id(tokens.index("<|finetune_right_pad_id|>"))
    writer.add_add_bos_token(True)
    writer.add_chat_template(TEMPLATE)
