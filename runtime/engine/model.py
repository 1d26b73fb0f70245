"""A model file in memory: its vocabulary, its facts, and text to tokens and back."""

from __future__ import annotations

import ctypes
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from runtime.engine import native
from runtime.engine.mapped_file import give_back_pages
from runtime.engine.native import lib
from runtime.errors import BadModelFile, OutOfMemory, RuntimeProblem

_CONTROL = 1 << 3 | 1 << 0  # LLAMA_TOKEN_ATTR_CONTROL and _UNKNOWN: parsed only when special tokens are asked for


class Model:
    """Owns a `llama_model`; every context made from it has to be closed before it."""

    def __init__(self, path: Path, gpu_layers: int | None = None) -> None:
        """Load `path`, with as many layers on the GPU as are asked for, or all of them.

        Raises `BadModelFile` when llama.cpp refuses it, `OutOfMemory` when there is not enough memory.
        """
        if not path.is_file():
            raise BadModelFile(f"{path.name} is not a file.", hint="Choose a GGUF model file.")
        parameters = lib.llama_model_default_params()
        parameters.n_gpu_layers = (
            -1 if gpu_layers is None else gpu_layers + (gpu_layers > 0)
        )  # the output counts as one
        none = (ctypes.c_void_p * 1)(None)
        if gpu_layers == 0:  # or a GPU would still get buffers of its own
            parameters.devices = ctypes.cast(none, ctypes.c_void_p)
        self.path = path
        native.forget_log()
        self.handle: Any = lib.llama_model_load_from_file(str(path).encode(), parameters)
        if not self.handle:
            raise _not_loaded(path)
        give_back_pages(path)
        self.vocab: Any = lib.llama_model_get_vocab(self.handle)
        self._pieces: dict[int, bytes] = {}
        try:
            self._check()
        except BadModelFile:
            self.close()
            raise

    def _check(self) -> None:
        if self.n_vocab == 0 or lib.llama_model_n_params(self.handle) == 0:
            raise BadModelFile(f"{self.path.name} has no weights.", hint="Choose a complete model file.")
        if lib.llama_model_has_encoder(self.handle) and lib.llama_model_has_decoder(self.handle):
            raise BadModelFile(f"{self.path.name} is a translation model.", hint="Choose a chat model.")

    def close(self) -> None:
        if self.handle:
            lib.llama_model_free(self.handle)
        self.handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Facts

    @cached_property
    def n_vocab(self) -> int:
        return int(lib.llama_vocab_n_tokens(self.vocab))

    @cached_property
    def n_embd(self) -> int:
        return int(lib.llama_model_n_embd_out(self.handle))

    @cached_property
    def n_ctx_train(self) -> int:
        return int(lib.llama_model_n_ctx_train(self.handle))

    @cached_property
    def parameters(self) -> int:
        return int(lib.llama_model_n_params(self.handle))

    @cached_property
    def size(self) -> int:
        """Bytes of all tensors."""
        return int(lib.llama_model_size(self.handle))

    @cached_property
    def architecture(self) -> str:
        return self.metadata("general.architecture") or "unknown"

    @cached_property
    def name(self) -> str:
        return self.metadata("general.name") or self.path.stem

    @cached_property
    def chat_template(self) -> str | None:
        return self.metadata("tokenizer.chat_template")

    @cached_property
    def can_generate(self) -> bool:
        return bool(lib.llama_model_has_decoder(self.handle)) and not lib.llama_model_is_diffusion(self.handle)

    @cached_property
    def keeps_positions(self) -> bool:
        """Whether a sequence can be cut at any position; recurrent state can only be dropped whole."""
        return not (lib.llama_model_is_recurrent(self.handle) or lib.llama_model_is_hybrid(self.handle))

    @cached_property
    def head_width(self) -> int:
        """Numbers in the key of one attention head."""
        heads = max(1, int(lib.llama_model_n_head(self.handle)))
        said = self.metadata(f"{self.architecture}.attention.key_length")
        return int(said) if said else int(lib.llama_model_n_embd(self.handle)) // heads

    def cache_bytes(self, bytes_per_value: float) -> float:
        """Bytes of keys and values for one token: exact where all layers attend with the same heads."""
        kv_heads = max(1, int(lib.llama_model_n_head_kv(self.handle)))
        return 2 * int(lib.llama_model_n_layer(self.handle)) * kv_heads * self.head_width * bytes_per_value

    def metadata(self, key: str) -> str | None:
        """The value of a metadata key as text, or None."""
        needed = lib.llama_model_meta_val_str(self.handle, key.encode(), ctypes.create_string_buffer(1), 1)
        if needed < 0:
            return None
        buffer = ctypes.create_string_buffer(needed + 1)
        lib.llama_model_meta_val_str(self.handle, key.encode(), buffer, needed + 1)
        return buffer.value.decode("utf-8", "replace")

    # Tokens

    @cached_property
    def bos(self) -> int | None:
        """The token that every prompt starts with, if this model wants one."""
        token = int(lib.llama_vocab_bos(self.vocab))
        return token if token >= 0 and lib.llama_vocab_get_add_bos(self.vocab) else None

    @cached_property
    def control_literals(self) -> tuple[str, ...]:
        """The texts that stand for control tokens when special tokens are parsed, such as `<|eot_id|>`."""
        tokens = (token for token in range(self.n_vocab) if self.is_control(token))
        texts = (lib.llama_vocab_get_text(self.vocab, token).decode("utf-8", "replace") for token in tokens)
        return tuple(sorted({text for text in texts if len(text) > 1}))

    @cached_property
    def marks_words(self) -> bool:
        """Whether the vocabulary is SentencePiece's, which writes a space before the first word of a text."""
        return bool(lib.llama_vocab_type(self.vocab) == lib.LLAMA_VOCAB_TYPE_SPM)

    def is_control(self, token: int) -> bool:
        return bool(lib.llama_vocab_get_attr(self.vocab, self._valid(token)) & _CONTROL)

    def ends_generation(self, token: int) -> bool:
        return bool(lib.llama_vocab_is_eog(self.vocab, self._valid(token)))

    def literal(self, token: int) -> str:
        """The text of a token as the vocabulary writes it; empty for no token."""
        if not 0 <= token < self.n_vocab:
            return ""
        return str(lib.llama_vocab_get_text(self.vocab, token).decode("utf-8", "replace"))

    def bos_literal(self) -> str:
        return self.literal(int(lib.llama_vocab_bos(self.vocab)))

    def eos_literal(self) -> str:
        return self.literal(int(lib.llama_vocab_eos(self.vocab)))

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Tokens of `text`, without BOS; texts of control tokens become those tokens only when `special`."""
        return self._tokenize(text, ends=False, special=special)

    def tokenize_whole(self, text: str) -> list[int]:
        """Tokens of `text` between those that this model wants at the two ends of one."""
        return self._tokenize(text, ends=True, special=False)

    def _tokenize(self, text: str, *, ends: bool, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 4  # no token is shorter than a byte; SentencePiece may add a space, and an end is one each
        while True:
            tokens = (ctypes.c_int32 * room)()
            count = lib.llama_tokenize(self.vocab, data, len(data), tokens, room, ends, special)
            if count >= 0:
                return tokens[:count]
            room = -count

    def piece(self, token: int) -> bytes:
        """The bytes that a token writes; nothing for a control token."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._read_piece(self._valid(token))
        return known

    def _read_piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(64)
        length = lib.llama_token_to_piece(self.vocab, token, buffer, len(buffer), 0, False)
        if length < 0:  # the buffer was too short; a fixed one loses the longest tokens
            buffer = ctypes.create_string_buffer(-length)
            length = lib.llama_token_to_piece(self.vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[: max(0, length)]

    def _valid(self, token: int) -> int:
        if not 0 <= token < self.n_vocab:
            raise IndexError(f"token {token} is not in a vocabulary of {self.n_vocab}")
        return token


def _not_loaded(path: Path) -> RuntimeProblem:
    if native.ran_out_of_memory():
        return OutOfMemory(
            f"There is not enough memory to load {path.name}.", hint="Close other programs or choose a smaller model."
        )
    return BadModelFile(f"llama.cpp could not load {path.name}.", hint="Fetch the file again or choose another model.")
