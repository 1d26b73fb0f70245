"""What the tools raise: a sentence for the user, never a traceback."""

from __future__ import annotations


class ToolProblem(Exception):
    """Base of the tools' errors: what happened (`message`) and what to do next (`hint`)."""

    title = "That could not be done"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def sentence(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DatabaseProblem(ToolProblem):
    """The desk database cannot be opened, read or written."""

    title = "The desk database could not be used"
