"""An answer as it is kept: gathered from its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.conversation.events import Answered, AnswerEvent, AnswerNotice, AnswerText, CallEnded, Said
from tools.desk_db import NewTurn


class Transcript:
    """What an answer has said so far."""

    def __init__(self) -> None:
        self._draft = ""
        self._said = ""
        self._notice = ""
        self._calls: list[dict[str, Any]] = []
        self._answered: Answered | None = None

    def add(self, event: AnswerEvent) -> None:
        match event:
            case AnswerText(text=text, restart=restart):
                self._draft = text if restart else self._draft + text
            case AnswerNotice(text=text):
                self._notice = text
            case CallEnded():
                self._calls.append(_kept(event))
            case Said(text=text):
                self._said = f"{self._said}\n\n{text}".strip()
            case Answered():
                self._answered = event
            case _:
                pass

    @property
    def says_something(self) -> bool:
        """Whether there is anything worth keeping of an answer that was stopped."""
        return bool(self._draft.strip() or self._said or self._calls)

    def turn(self, folder: str) -> NewTurn:
        """The answer, or what there is of it when it did not come to its end; `folder` is the one asked about."""
        if self._answered is None:
            return NewTurn("assistant", self._said or self._draft.strip(), tuple(self._calls), (), folder, stopped=True)
        sentences = tuple(sentence.model_dump() for sentence in self._answered.sentences)
        text = "\n\n".join(filter(None, [_joined(sentences), self._said]))
        # What stands there when there is no answer: that it is not in the files, or what went wrong.
        text = text or ("" if self._calls else self._notice)
        model = self._answered.model or ""
        return NewTurn("assistant", text, tuple(self._calls), sentences, folder, model)


def said_beside(text: str, sentences: Sequence[Mapping[str, Any]]) -> str:
    """What a kept answer says beside its cited sentences."""
    return text.removeprefix(_joined(sentences)).strip()


def _joined(sentences: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(sentence["sentence"] for sentence in sentences)


def _kept(ended: CallEnded) -> dict[str, Any]:
    return {
        "tool": ended.call.tool,
        "arguments": ended.call.arguments(),
        "status": ended.status,
        "resolved": dict(ended.resolved),
        "reason": ended.reason,
        "effect": ended.effect_id,
    }
