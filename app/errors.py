"""What a user reads when something went wrong: what happened and what to do next, never a traceback."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    INTERRUPTED = 130


class DeskError(Exception):
    """A failure with a sentence for the user and a hint that says what to do."""

    def __init__(self, message: str, *, title: str = "llama-desk could not do that", hint: str = "") -> None:
        super().__init__(message)
        self.title = title
        self.message = message
        self.hint = hint

    def sentence(self) -> str:
        return f"{self.message} {self.hint}".strip()
