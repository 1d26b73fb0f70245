"""What happens while a request is answered, in order, as the command line and the screen consume it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from app.conversation.policy import Preview
from app.folder_summary.report import Citation, CitedSentence
from tools.registry import Call


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages that the answer may rest on, best first."""

    passages: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The model wrote a little more; `restart` drops what was before."""

    text: str
    restart: bool = False


@dataclass(frozen=True, slots=True)
class AnswerNotice:
    """One sentence that the user should read."""

    text: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """The model would do this; nothing has been done. Whoever shows it is asked to decide next."""

    number: int
    """Counts the calls of an answer."""
    preview: Preview


CallStatus = Literal["done", "proposed", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """What became of a call: done, left as a proposal, refused by a rule or by the user, or failed."""

    number: int
    call: Call
    status: CallStatus
    resolved: Mapping[str, Any] = field(default_factory=dict)
    """The values that code made of the arguments, for a write."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the tool gave back."""
    reason: str = ""
    """Why it was not done, as a sentence."""
    effect_id: int | None = None
    """Its number in the undo journal."""


@dataclass(frozen=True, slots=True)
class FolderWanted:
    """The request is to summarise this folder; whoever shows the answer does it.

    `levels` of subfolders are read, all when None.
    """

    folder: Path
    levels: int | None = None


@dataclass(frozen=True, slots=True)
class FileWanted:
    """The request is to show this file, `path` within `root`."""

    root: Path
    path: str


@dataclass(frozen=True, slots=True)
class Said:
    """Plain words that rest on no file: a result told, a question back, or that no tool fits."""

    text: str
    asks: bool = False
    """Whether the user's next words are the answer to it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer, each sentence with its sources; the last event."""

    sentences: tuple[CitedSentence, ...]
    model: str | None


AnswerEvent = (
    PassagesFound | AnswerText | AnswerNotice | Proposed | CallEnded | FolderWanted | FileWanted | Said | Answered
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The user's word on a proposal. `arguments`, when given, take the place of the call's: the user wrote them."""

    agreed: bool = False
    arguments: Mapping[str, Any] | None = None
    undecided: bool = False
    """Nobody is there to ask: the proposal stays one."""


Confirm = Callable[[Proposed], Awaitable[Decision]]
"""Asks the user about a proposal, each effect by itself."""


async def nobody(_proposed: Proposed) -> Decision:
    """Where nobody can be asked, nothing is written."""
    return Decision(undecided=True)
