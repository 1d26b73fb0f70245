"""The plain entries of a conversation: what the user said, notes, and the welcome in an empty one."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from app.conversation.chats import ShownTurn
from app.tui.problems import Problem
from app.tui.terminal_safety import one_line
from tools.desk_db import Siblings
from tools.sanitise import sanitise

LONGEST_NOTE = 300
"""Characters of what a tool said."""


class Entry(Vertical):
    """One thing in the conversation, with room under it."""

    DEFAULT_CSS = """
    Entry { height: auto; margin: 0 0 1 0; }
    """


def place_of(siblings: Siblings) -> str:
    """ "  2 of 3"; empty for a turn that is alone in its place."""
    total = len(siblings.ids)
    return f"  {siblings.position} of {total}" if total > 1 else ""


@dataclass
class Placed(Message):
    """A whole text came into `entry` at once: whoever follows the conversation wants to read it from its start."""

    entry: Entry


class Question(Entry):
    """What the user asked."""

    DEFAULT_CSS = """
    Question { border-left: outer $primary; padding-left: 1; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.kept: ShownTurn | None = None
        """The turn that it is kept as."""

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("You", "bold $primary"), classes="name")
        yield Static(Content(sanitise(self.text)))

    async def show_kept(self, kept: ShownTurn) -> None:
        """Show a question as it was kept."""
        self.mark(kept)

    def mark(self, kept: ShownTurn) -> None:
        """Say what else was asked in its place."""
        self.kept = kept
        name = Content.assemble(("You", "bold $primary"), (place_of(kept.siblings), "$quiet"))
        self.query_one(".name", Static).update(name)


class Note(Entry):
    """One sentence that the user should read."""

    DEFAULT_CSS = """
    Note { color: $quiet; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("Note  ", "bold"), one_line(self._text)))


class KeptNote(Entry):
    """What a tool said, in one line."""

    DEFAULT_CSS = """
    KeptNote { color: $quiet; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    async def show_kept(self, kept: ShownTurn) -> None:
        line = one_line(kept.turn.text)
        short = line if len(line) <= LONGEST_NOTE else f"{line[:LONGEST_NOTE]}…"
        self.query_one(Static).update(Content.assemble(("Tool  ", "bold"), short))


class ProblemNote(Entry):
    """What went wrong and what to do about it."""

    DEFAULT_CSS = """
    ProblemNote { border-left: outer $error; padding-left: 1; }
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._problem = problem

    def compose(self) -> ComposeResult:
        yield Static(Content.styled(self._problem.title, "bold $error"))
        yield Static(Content(self._problem.sentence))


class Welcome(Vertical):
    """What an empty conversation says: what this is, what to do first, and how to get a model when there is none."""

    DEFAULT_CSS = """
    Welcome { height: auto; max-width: 72; padding: 1 0; }
    Welcome > Static { margin-bottom: 1; }
    Welcome > .quiet { color: $quiet; }
    Welcome > #about-model { border-left: outer $warning; padding-left: 1; display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("Which folder shall we read?", "bold"))
        yield Static(
            Content.assemble(
                "Press ",
                ("^O", "bold $primary"),
                " to pick one, or type its path below. Every file is read and summarised here, on this machine, and"
                " every sentence leads back to the passage it came from.",
            )
        )
        yield Static(
            Content.assemble(
                ("  ~/Documents/lease", "$accent"),
                ("        summarise it\n", "$quiet"),
                ("  ~/Documents/lease quick", "$accent"),
                ("  what matters most\n", "$quiet"),
                ("  What is the deposit?", "$accent"),
                ("     ask about it", "$quiet"),
            )
        )
        yield Static(Content(""), id="about-model")
        yield Static(
            Content.assemble(("/", "bold"), " commands   ", ("^P", "bold"), " every action   ", ("?", "bold"), " keys"),
            classes="quiet",
        )

    def say(self, hint: str) -> None:
        """One line about the model; an empty hint takes it away."""
        # It may be on its way off the screen: then there is no such line.
        for line in self.query("#about-model").results(Static):
            line.update(Content(one_line(hint)))
            line.display = bool(hint)
