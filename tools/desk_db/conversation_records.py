"""Conversations and their turns as the rest of the program sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tools.errors import ToolProblem

Role = Literal["user", "assistant", "tool"]


class NoSuchConversation(ToolProblem):
    """A conversation or a turn that is not there, or not there any more."""

    title = "That conversation is not there"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Times are seconds since the epoch."""

    id: int
    title: str
    """Given by the user, or else the beginning of the first question; empty before that."""
    persona: str
    """The name of the persona that answers; empty for none."""
    instructions: str
    """The persona's text as it was when the conversation began."""
    model: str
    """The name of the model that it began with; empty without one."""
    created_at: float
    changed_at: float
    """When the last turn came."""
    leaf_id: int | None
    """The turn that it stands at; None before the first one."""
    turns: int
    """How many there are, on all branches."""


@dataclass(frozen=True, slots=True)
class NewTurn:
    """What is said. `calls` and `sentences` are JSON values, kept as they are."""

    role: Role
    text: str
    calls: tuple[dict[str, Any], ...] = ()
    sentences: tuple[dict[str, Any], ...] = ()
    """An answer sentence by sentence with the citations that carry each."""
    folder: str = ""
    """The folder that was asked about, to which paths in citations are relative; empty for all that were read."""
    model: str = ""
    """Who wrote it; empty for a person, a tool, or an answer without a model."""
    tokens: int = 0
    """Tokens of the text for that model; 0 when they were not counted."""
    stopped: bool = False
    """The text is what there was when the user stopped it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn in its place: `parent_id` is the turn that it answers or follows, None for a first one."""

    id: int
    conversation_id: int
    parent_id: int | None
    said: NewTurn
    created_at: float
    """Seconds since the epoch."""

    @property
    def role(self) -> Role:
        return self.said.role

    @property
    def text(self) -> str:
        return self.said.text


@dataclass(frozen=True, slots=True)
class Siblings:
    """The turns that stand in one place, oldest first, and which of them is meant."""

    ids: tuple[int, ...]
    position: int
    """From 1: "2 of 3"."""

    @property
    def previous(self) -> int | None:
        return self.ids[self.position - 2] if self.position > 1 else None

    @property
    def next(self) -> int | None:
        return self.ids[self.position] if self.position < len(self.ids) else None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was said from the beginning up to and with the turn `turn_id`, in short."""

    turn_id: int
    text: str
