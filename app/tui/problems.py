"""A failure as a person reads it: a title and one sentence, never a traceback."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import DeskError
from app.tui.terminal_safety import one_line
from runtime.errors import RuntimeProblem
from tools.errors import ToolProblem


@dataclass(frozen=True, slots=True)
class Problem:
    title: str
    sentence: str


def problem_of(error: BaseException) -> Problem:
    """What to show for `error`; one that is not ours is named by its type: its text is not for people."""
    if isinstance(error, DeskError | RuntimeProblem | ToolProblem):
        return Problem(one_line(error.title), one_line(error.sentence()))
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return Problem("The system refused", one_line(f"{error.strerror}{where}. Check the path and its permissions."))
    return Problem(
        "llama-desk made a mistake",
        f"Something inside llama-desk failed ({type(error).__name__}). What was finished is kept: try again, and if it"
        " comes back, quit and run `llama-desk doctor`.",
    )
