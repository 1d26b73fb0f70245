"""The byte-level BPE vocabulary, split as llama.cpp's `llama-bpe` splits.

A word is cut the same way with and without a space before it: merges of letters come first, and a space joins the
first piece of a word last of all. So copying a word out of a sentence into a value changes at most its first token.

The split is LLAMA_VOCAB_PRE_TYPE_LLAMA3's of https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from chat import SPECIAL_TOKENS
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

LLAMA_BPE = "|".join(
    (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
        r"[^\r\n\p{L}\p{N}]?\p{L}+",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
_FIRST_OF_WORD = r"^[^\p{L}\p{M}_](?=\p{L})"
_SPACE = "Ġ"


def train_tokenizer(texts: Iterable[str], size: int, spaced: int) -> Tokenizer:
    """Train a vocabulary of `size` tokens, special ones included; `spaced` of them are pieces with a space before."""
    corpus = list(texts)
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA_BPE), "isolated"),
            pre_tokenizers.Split(Regex(_FIRST_OF_WORD), "isolated"),
            bytes_only,
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size - spaced - len(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(corpus, trainer)
    tokens, merges = vocabulary(bpe)
    for piece in _frequent_first_pieces(make_tokenizer(tokens, merges), corpus, set(tokens), spaced):
        tokens.append(_SPACE + piece)
        merges.append((_SPACE, piece))
    return make_tokenizer(tokens, merges)


def make_tokenizer(tokens: list[str], merges: list[tuple[str, str]]) -> Tokenizer:
    """The tokenizer of `tokens`, to which the special tokens are added at the end."""
    model = models.BPE({token: i for i, token in enumerate(tokens)}, merges, ignore_merges=True)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA_BPE), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in SPECIAL_TOKENS])
    return tokenizer


def vocabulary(tokenizer: Tokenizer) -> tuple[list[str], list[tuple[str, str]]]:
    """The tokens in their order, without special ones, and the merges in theirs."""
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    return tokens, [tuple(merge) for merge in model["merges"]]


def word_pieces(tokenizer: Tokenizer) -> tuple[str, ...]:
    """What the tokens of the vocabulary say, without a space before it, where that is text."""
    texts = (tokenizer.decode([number], skip_special_tokens=True) for number in range(tokenizer.get_vocab_size()))
    return tuple(dict.fromkeys(text.strip() for text in texts if "\ufffd" not in text))


def save(tokenizer: Tokenizer, path: Path) -> None:
    tokenizer.save(str(path))


def _frequent_first_pieces(tokenizer: Tokenizer, corpus: list[str], known: set[str], count: int) -> list[str]:
    """The tokens that most often stand first in a word after a space and are not yet joined with one."""
    counts: Counter[str] = Counter()
    for encoding in tokenizer.encode_batch(corpus, add_special_tokens=False):
        tokens = encoding.tokens
        for before, token in pairwise(tokens):
            if before == _SPACE and _SPACE + token not in known and not token.startswith(_SPACE):
                counts[token] += 1
    return [token for token, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]]
