"""What a tool gives back, sorted by who acts next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tools.errors import ToolProblem

type Data = dict[str, Any]
"""JSON, as the model reads it."""


class WrongCall(ToolProblem):
    """A call that its writer, the model, can mend: the hint says how."""

    title = "The model's call could not be carried out"


@dataclass(frozen=True, slots=True)
class Source:
    """Text that the user did not write and a model has read, under a name that a person knows it by."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a reading tool found; `sources` are the foreign texts in it."""

    data: Data
    sources: tuple[Source, ...] = ()
    notice: str = ""
    """What the user should know of it: that there is more, as a sentence."""


class Choice(NamedTuple):
    """One of several that may be meant: as a person reads it, and as the argument says it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Choose:
    """The user must say what `argument` means; a choice's value then takes its place."""

    question: str
    argument: str
    choices: tuple[Choice, ...]


class Unsettled(Exception):
    """Raised where the user must choose before a tool can go on."""

    def __init__(self, choose: Choose) -> None:
        super().__init__(choose.question)
        self.choose = choose


@dataclass(frozen=True, slots=True)
class Done:
    """What a write did."""

    data: Data
    effect_id: int | None = None
    """Its number in the undo journal."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A write, ready to be done once the user agrees to just this.

    `shown` is drawn from the very values that `run` writes, so that what is agreed to is what happens.
    """

    summary: str
    """What it does, in a few words: the line of the history."""
    resolved: Data
    """The values to be written: times as ISO 8601, repetitions as RRULE."""
    shown: Mapping[str, str]
    """The same for a person, by the argument that each comes from, or by a name of its own."""
    run: Callable[[], Done]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handed:
    """Work for the assistant itself, because it needs a model, the files' reader or the screen."""

    task: object
    """One of `tools.desk_tools.tasks`."""
    data: Data = field(default_factory=dict)


type Outcome = Found | Plan | Handed
