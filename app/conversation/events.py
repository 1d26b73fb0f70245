"""What happens while a question is answered, in order, as the command line and the screen consume it."""

from __future__ import annotations

from dataclasses import dataclass

from app.folder_summary.report import Citation, CitedSentence
from tools.catalogue import Call


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
    """The model would call this tool; nothing has been done."""

    call: Call


@dataclass(frozen=True, slots=True)
class Said:
    """The model's own plain words, which rest on no file: a question back, or that no tool fits."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer, each sentence with its sources; the last event."""

    sentences: tuple[CitedSentence, ...]
    model: str | None


AnswerEvent = PassagesFound | AnswerText | AnswerNotice | Proposed | Said | Answered
