"""The tokens of a model: the lists agree, and native code finds every token that it takes for granted.

Source: `llama_vocab::impl::load` in llama-vocab.cpp of llama.cpp. It asserts that no two tokens have one text, and
tokenising throws, with no one to catch it, where a byte of the text has no token.
"""

from __future__ import annotations

import re
from array import array
from math import isfinite

from runtime.model_file.flaws import damaged, unsupported
from runtime.model_file.header import Header

MAX_VOCABULARY = 2**20
SENTENCEPIECE = b"llama"
BYTE_PAIR = frozenset({b"gpt2", b"gemma4"})
WORD_PIECE, UNIGRAM = b"bert", b"t5"
"""Vocabularies of encoders."""
ENCODER_TOKENS = {
    WORD_PIECE: {"bos": 101, "seperator": 102, "unknown": 100},
    UNIGRAM: {"eos": 1, "unknown": 2},
}
"""The tokens that tokenising for an encoder takes for granted, and the ids that native code uses where none is said."""
HIGHEST_DEFAULT_ID = 11
"""The highest token id that native code uses for BOS and EOS where the file names none."""
BYTE_TYPE = 6

_BYTE_TOKEN = re.compile(rb"<0x[0-9A-F]{2}>")


def check_vocabulary(header: Header, *, encoder: bool = False) -> int:
    """The number of tokens. Raises Flaw for a vocabulary that native code would refuse or abort on.

    An `encoder` may also have a vocabulary of the two kinds that only encoders have.
    """
    model = header.scalars.get("tokenizer.ggml.model")
    tokens = header.arrays.get("tokenizer.ggml.tokens")
    if model is None or tokens is None:
        raise damaged("it has no vocabulary")
    kinds = {SENTENCEPIECE, *BYTE_PAIR, *(ENCODER_TOKENS if encoder else ())}
    if model not in kinds:
        raise unsupported("has a vocabulary of a kind that llama-desk does not read")
    if not isinstance(tokens, list) or not HIGHEST_DEFAULT_ID < len(tokens) <= MAX_VOCABULARY:
        raise damaged("its vocabulary is no list of tokens")
    # Native code ends a text at its first NUL, and gives a name to an empty one.
    texts = {text.partition(b"\0")[0] or b"[EMPTY_%d]" % position for position, text in enumerate(tokens)}
    if len(texts) != len(tokens):
        raise damaged("a token of its vocabulary occurs twice")
    types = _check_lists(header, tokens)
    _check_special_tokens(header, model, len(tokens))
    if model == SENTENCEPIECE:
        _check_byte_tokens(tokens, texts, types)
    elif model in ENCODER_TOKENS:
        _check_encoder_tokens(header, bytes(model), len(tokens))
    elif not isinstance(header.arrays.get("tokenizer.ggml.merges"), list):
        raise damaged("its vocabulary has no merges")
    return len(tokens)


def _check_lists(header: Header, tokens: list[bytes]) -> array[int] | None:
    """The type of each token, if the file gives them; scores and types are one for each token."""
    scores, types = (header.arrays.get(f"tokenizer.ggml.{key}") for key in ("scores", "token_type"))
    for values in (scores, types):
        if values is not None and (isinstance(values, list) or len(values) != len(tokens)):
            raise damaged("the lists of its vocabulary differ in length")
    if scores is not None and not all(isfinite(score) for score in scores if isinstance(score, float)):
        raise damaged("a score of its vocabulary is no number")
    if types is None or isinstance(types, list):
        return None
    if types.typecode != "i" or not all(0 <= kind <= BYTE_TYPE for kind in types):
        raise damaged("a token of its vocabulary has an unknown type")
    return array("i", (int(kind) for kind in types))


def _check_special_tokens(header: Header, model: object, count: int) -> None:
    for key in ("bos", "eos", "eot", "eom"):
        token = header.scalars.get(f"tokenizer.ggml.{key}_token_id", 0)
        if not isinstance(token, int) or not 0 <= token < count:
            raise damaged(f"its {key.upper()} token is not in its vocabulary")
    if model == b"gemma4" and "tokenizer.ggml.bos_token_id" not in header.scalars:
        raise damaged("it does not say which token begins a text")


def _check_encoder_tokens(header: Header, model: bytes, count: int) -> None:
    said = header.scalars
    for key, default in ENCODER_TOKENS[model].items():
        token = said.get(f"tokenizer.ggml.{key}_token_id", default)
        if not isinstance(token, int) or not 0 <= token < count:
            raise damaged(f"the token {key} is not in its vocabulary")
    if said.get("tokenizer.ggml.add_bos_token") and "tokenizer.ggml.bos_token_id" not in said:
        raise damaged("it does not say which token begins a text")
    charsmap = header.arrays.get("tokenizer.ggml.precompiled_charsmap")
    if charsmap is None:
        return
    data = b"" if isinstance(charsmap, list) else charsmap.tobytes()
    if len(data) <= 4 or int.from_bytes(data[:4], "little") + 4 >= len(data):
        raise damaged("the table of its vocabulary is cut short")


def _check_byte_tokens(tokens: list[bytes], texts: set[bytes], types: array[int] | None) -> None:
    """Each of the 256 bytes has a token, and each token that stands for a byte says which."""
    if not all(b"<0x%02X>" % byte in texts or bytes([byte]) in texts for byte in range(256)):
        raise damaged("its vocabulary lacks the token of a byte")
    for text, kind in zip(tokens, types or (), strict=False):
        if kind == BYTE_TYPE and not _BYTE_TOKEN.fullmatch(text):
            raise damaged("a token of its vocabulary stands for no byte")
