"""Makes tiny embedding models for tests: BERT's architecture and WordPiece vocabulary, with weights that say something.

Words of one group in `MEANINGS` share a vector, and the layers add nothing: the mean of a text's tokens is a bag of
meanings, and texts with words of the same groups are close though they share no word.
"""

from __future__ import annotations

import string
from pathlib import Path

import gguf
import numpy as np

MEANINGS = (
    ("deposit", "surety", "bond", "kaution"),
    ("car", "automobile", "vehicle", "auto"),
    ("doctor", "physician", "arzt"),
    ("heating", "boiler", "heizung"),
    ("meeting", "assembly", "sitzung"),
)
WIDTH, HEADS, FEED_FORWARD, LONGEST = 64, 4, 32, 128
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make_embedder(path: Path, *, seed: int = 0, pooling: gguf.PoolingType | None = gguf.PoolingType.MEAN) -> Path:
    """Write a BERT of one layer to `path`, the same bytes for the same arguments; return `path`."""
    tokens = _vocabulary()
    writer = gguf.GGUFWriter(path, "bert")
    _add_hyperparameters(writer, pooling)
    _add_tokenizer(writer, tokens)
    for name, weights in _weights(tokens, seed).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_hyperparameters(writer: gguf.GGUFWriter, pooling: gguf.PoolingType | None) -> None:
    writer.add_name("Tiny BERT for tests")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(LONGEST)
    writer.add_block_count(1)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-5)
    writer.add_causal_attention(False)
    if pooling is not None:
        writer.add_pooling_type(pooling)


def _add_tokenizer(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_list(tokens)
    special = set(SPECIAL)
    writer.add_token_types([gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_type_count(2)
    writer.add_unk_token_id(tokens.index("[UNK]"))
    writer.add_bos_token_id(tokens.index("[CLS]"))
    writer.add_sep_token_id(tokens.index("[SEP]"))
    writer.add_pad_token_id(tokens.index("[PAD]"))
    writer.add_mask_token_id(tokens.index("[MASK]"))


def _vocabulary() -> list[str]:
    """Words begin with "▁", as llama.cpp writes them; what goes on inside a word does not."""
    signs = string.ascii_lowercase + string.digits + string.punctuation
    words = [f"▁{word}" for group in MEANINGS for word in group]
    return [*SPECIAL, *words, *(f"▁{sign}" for sign in signs), *signs]


def _weights(tokens: list[str], seed: int) -> dict[str, np.ndarray]:
    """Nothing but the embeddings of the words and of the ends: all else is zero, and a norm leaves a zero as it is."""
    random = np.random.default_rng(seed)
    embedding = np.zeros((len(tokens), WIDTH), dtype=np.float32)
    for group in (*(tuple(f"▁{word}" for word in group) for group in MEANINGS), ("[CLS]", "[SEP]")):
        embedding[[tokens.index(token) for token in group]] = random.standard_normal(WIDTH, dtype=np.float32)
    ones, zeros = np.ones(WIDTH, dtype=np.float32), np.zeros(WIDTH, dtype=np.float32)
    weights = {
        "token_embd.weight": embedding,
        "token_types.weight": _nothing(2, WIDTH),
        "position_embd.weight": _nothing(LONGEST, WIDTH),
        "token_embd_norm.weight": ones,
        "token_embd_norm.bias": zeros,
        "blk.0.ffn_up.weight": _nothing(FEED_FORWARD, WIDTH),
        "blk.0.ffn_up.bias": np.zeros(FEED_FORWARD, dtype=np.float32),
        "blk.0.ffn_down.weight": _nothing(WIDTH, FEED_FORWARD),
        "blk.0.ffn_down.bias": zeros,
    }
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        weights |= {f"blk.0.{name}.weight": _nothing(WIDTH, WIDTH), f"blk.0.{name}.bias": zeros}
    for name in ("attn_output_norm", "layer_output_norm"):
        weights |= {f"blk.0.{name}.weight": ones, f"blk.0.{name}.bias": zeros}
    return weights


def _nothing(rows: int, columns: int) -> np.ndarray:
    return np.zeros((rows, columns), dtype=np.float32)
