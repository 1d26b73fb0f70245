"""Makes tiny GGUF models for tests: Llama 3's architecture, vocabulary kind and special tokens, with random weights."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import gguf
import numpy as np

SPECIAL_TOKENS = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
)

CHAT_TEMPLATE = """\
{{- bos_token }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

CORPUS = """\
The landlord shall return the deposit within thirty days of the end of the lease, less the cost of the cleaning. The
tenant shall keep the rooms in good order and report every damage in writing. Once upon a time there was a little girl
who loved to play in the garden with her brother. She saw a big red ball under the old tree and wanted to take it home.
Her mother said that the ball belonged to the neighbours and that they should ask before they played with it. The
meeting began at nine and ended at noon; the members agreed on the budget for the next year and on the date of the
next meeting. A summary says what the documents say, in fewer words, and names the place where each thing stands.
"""

MERGES = 240
WIDTH, HEADS, KV_HEADS, FEED_FORWARD = 64, 4, 2, 128
HEAD_WIDTH = WIDTH // HEADS


def make_tiny_llama(
    path: Path,
    *,
    seed: int = 0,
    n_ctx: int = 2048,
    template: str | None = CHAT_TEMPLATE,
    layers: int = 2,
    tied: bool = False,
) -> Path:
    """Write a model of about 500 tokens and 300 kB to `path`, the same bytes for the same arguments; return `path`.

    A `tied` one has its vocabulary once, for reading and for writing.

    Its greedy text is pieces of English words without end: no special token ever has the highest logit, so a
    generation stops at its token limit or at a stop string. At a high temperature any token may come.
    """
    tokens, merges = _vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    _add_hyperparameters(writer, n_ctx, layers)
    _add_tokenizer(writer, tokens, merges)
    if template:
        writer.add_chat_template(template)
    for name, weights in _weights(tokens, seed, layers).items():
        if not tied or name != "output.weight":
            writer.add_tensor(name, weights)
    _write(writer, tensors=True)
    return path


def make_vocabulary(path: Path) -> Path:
    """Write a GGUF with the tiny model's metadata and vocabulary and no weights to `path`; return `path`."""
    tokens, merges = _vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    _add_hyperparameters(writer, n_ctx=2048, layers=2)
    _add_tokenizer(writer, tokens, merges)
    _write(writer, tensors=False)
    return path


def _add_hyperparameters(writer: gguf.GGUFWriter, n_ctx: int, layers: int) -> None:
    writer.add_name("Tiny Llama for tests")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(n_ctx)
    writer.add_block_count(layers)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HEAD_WIDTH)
    writer.add_rope_freq_base(500_000.0)
    writer.add_layer_norm_rms_eps(1e-5)


def _add_tokenizer(writer: gguf.GGUFWriter, tokens: list[str], merges: list[str]) -> None:
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    special = set(SPECIAL_TOKENS)
    writer.add_token_types([gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|begin_of_text|>"))
    writer.add_eos_token_id(tokens.index("<|eot_id|>"))
    writer.add_eot_token_id(tokens.index("<|eot_id|>"))
    writer.add_eom_token_id(tokens.index("<|eom_id|>"))
    writer.add_add_bos_token(True)


def _write(writer: gguf.GGUFWriter, *, tensors: bool) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    if tensors:
        writer.write_tensors_to_file()
    else:
        writer.write_ti_data_to_file()
    writer.close()


def _weights(tokens: list[str], seed: int, layers: int) -> dict[str, np.ndarray]:
    """Normal weights, large enough that the next token depends on the whole context and greedy text does not loop."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> np.ndarray:
        scale = 2.0 / np.sqrt(columns)
        return (random.standard_normal((rows, columns), dtype=np.float32) * scale).astype(np.float16)

    ones = np.ones(WIDTH, dtype=np.float32)
    output = matrix(len(tokens), WIDTH)
    output[[not _is_text(token) for token in tokens]] = 0
    output[tokens.index(".")] *= 2  # so that there are sentences
    weights = {"token_embd.weight": matrix(len(tokens), WIDTH), "output_norm.weight": ones, "output.weight": output}
    for layer in range(layers):
        block = {
            "attn_norm": ones,
            "attn_q": matrix(HEADS * HEAD_WIDTH, WIDTH),
            "attn_k": matrix(KV_HEADS * HEAD_WIDTH, WIDTH),
            "attn_v": matrix(KV_HEADS * HEAD_WIDTH, WIDTH),
            "attn_output": matrix(WIDTH, HEADS * HEAD_WIDTH),
            "ffn_norm": ones,
            "ffn_gate": matrix(FEED_FORWARD, WIDTH),
            "ffn_up": matrix(FEED_FORWARD, WIDTH),
            "ffn_down": matrix(WIDTH, FEED_FORWARD),
        }
        weights |= {f"blk.{layer}.{name}.weight": tensor for name, tensor in block.items()}
    return weights


def _is_text(token: str) -> bool:
    return re.fullmatch(r"Ġ?[A-Za-z]+|[.,;]", token) is not None


def _vocabulary() -> tuple[list[str], list[str]]:
    """The tokens (256 bytes, then one per merge, then the special ones) and the merges, as GGUF writes them."""
    alphabet = _byte_alphabet()
    merges = _train_merges(alphabet)
    tokens = [*alphabet, *("".join(pair) for pair in merges), *SPECIAL_TOKENS]
    return tokens, [" ".join(pair) for pair in merges]


def _byte_alphabet() -> list[str]:
    """One printable character for each byte value, as byte-level BPE writes it.

    Source: bytes_to_unicode in https://github.com/openai/gpt-2/blob/master/src/encoder.py
    """
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    stand_ins = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(stand_ins)) for byte in range(256)]


def _train_merges(alphabet: list[str]) -> list[tuple[str, str]]:
    """The `MERGES` most frequent pairs of CORPUS, one after the other, each applied before the next is counted."""
    counts = Counter(re.findall(r" ?[A-Za-z]+|[^A-Za-z ]", CORPUS.replace("\n", " ")))
    words = {tuple(alphabet[byte] for byte in word.encode()): count for word, count in counts.items()}
    merges: list[tuple[str, str]] = []
    while len(merges) < MERGES:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, count in words.items():
            for pair in pairwise(word):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {_merged(word, best): count for word, count in words.items()}
    return merges


def _merged(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    merged: list[str] = []
    position = 0
    while position < len(word):
        size = 2 if word[position : position + 2] == pair else 1
        merged.append("".join(word[position : position + size]))
        position += size
    return tuple(merged)
