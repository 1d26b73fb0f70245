"""What the runtime raises: a sentence for the user, never a traceback."""

from __future__ import annotations


class RuntimeProblem(Exception):
    """Base of the runtime's errors: what happened (`message`) and what to do next (`hint`)."""

    title = "The model could not be used"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def sentence(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadModelFile(RuntimeProblem):
    """A file that is not a GGUF this program can run; found before any native code sees it."""

    title = "Not a usable model file"


class EngineFailed(RuntimeProblem):
    """The engine process refused a command or died more often than it is restarted."""

    title = "The engine stopped"


class OutOfMemory(EngineFailed):
    """A model or a context that there is not enough memory for; a smaller plan may succeed."""

    title = "Not enough memory"


class ContextOverflow(RuntimeProblem):
    """A prompt that does not fit the model's context with room for an answer."""

    title = "Too long for this model"
