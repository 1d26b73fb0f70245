"""From what a request asks to the tokens that the model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.engine.model import Model
from runtime.errors import ContextOverflow, EngineFailed
from runtime.protocol import Generate, Tool, Turn
from runtime.templates import ChatTemplate, split_specials

_ROOM = 64  # tokens that must be left for an answer, unless fewer are asked for


@dataclass(frozen=True, slots=True)
class Prompt:
    """Tokens to decode before the answer. The first `instruction` of them are the prefix that requests share."""

    tokens: tuple[int, ...]
    instruction: int


class PromptWriter:
    """Writes prompts for one loaded model."""

    def __init__(self, model: Model) -> None:
        """Raises EngineFailed when the model's chat template is broken."""
        self._model = model
        self._template = ChatTemplate(model.chat_template, bos=model.bos_literal(), eos=model.eos_literal())
        self._specials = model.control_literals

    @property
    def asks_for_python_list(self) -> bool:
        """Whether the model's chat template wants calls as `[f(a=1), g()]`."""
        return self._template.teaches_python_list

    def write(self, command: Generate, n_ctx: int) -> Prompt:
        """The prompt of `command`. Raises ContextOverflow when it leaves no room for an answer in `n_ctx` tokens."""
        if command.prompt is not None and not command.turns:
            prompt = Prompt(self._with_bos(self._model.tokenize(command.prompt)), 0)
        elif command.turns and command.prompt is None:
            prompt = self.write_turns(command.turns, command.tools)
        else:
            raise EngineFailed("A request needs either a prompt or a conversation.", hint="Give just one of the two.")
        if not prompt.tokens:
            raise EngineFailed("The prompt is empty.", hint="Write something first.")
        most = n_ctx - min(command.max_tokens, _ROOM)
        if len(prompt.tokens) > most:
            raise ContextOverflow(
                f"The prompt has {len(prompt.tokens)} tokens, and this model takes at most {most}.",
                hint="Shorten it or load the model with a larger context.",
            )
        return prompt

    def write_turns(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> Prompt:
        rendered = self._template.render(turns, tools)
        tokens = self._with_bos(self._tokenize(split_specials(rendered, self._specials)))
        head = rendered.text[: rendered.instruction_length]
        shared = self._with_bos(self._model.tokenize(head, special=True)) if head else ()
        return Prompt(tokens, _common_length(tokens, shared))

    def count(self, texts: Sequence[str], turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> tuple[int, ...]:
        """Tokens of each text as plain text, or of the rendered turns."""
        if turns:
            return (len(self.write_turns(turns, tools).tokens),)
        return tuple(len(self._model.tokenize(text)) for text in texts)

    def _tokenize(self, pieces: Sequence[str]) -> list[int]:
        return [token for piece in pieces for token in self._model.tokenize(piece, special=True)]

    def _with_bos(self, tokens: Sequence[int]) -> tuple[int, ...]:
        """The tokens after one BOS token, if the model wants one; most templates write it themselves."""
        bos = self._model.bos
        return tuple(tokens) if bos is None or tokens[:1] == [bos] else (bos, *tokens)


def _common_length(one: Sequence[int], other: Sequence[int]) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
