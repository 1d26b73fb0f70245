"""Why a file cannot be used, in words that go on from its name."""

from __future__ import annotations

FETCH_AGAIN = "Fetch the file again from where you got it."


class Flaw(Exception):
    """What is wrong with a file, as the rest of a sentence that begins with its name, and what to do about it."""

    def __init__(self, clause: str, hint: str = "") -> None:
        super().__init__(clause)
        self.clause = clause
        self.hint = hint


def damaged(detail: str) -> Flaw:
    """The flaw of a file whose bytes contradict its format."""
    return Flaw(f"is damaged: {detail}", FETCH_AGAIN)


def unsupported(detail: str) -> Flaw:
    """The flaw of a file that may be sound but that this program does not run."""
    return Flaw(detail, "Choose another model file.")
