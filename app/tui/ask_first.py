"""A question before something is done. Whatever is not a clear yes means no."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class AskFirst(ModalScreen[str]):
    """Ends with the key of the choice, or "" for no."""

    DEFAULT_CSS = """
    AskFirst { align: center middle; background: $background 60%; }
    AskFirst > Vertical {
        width: 64; max-width: 100%; height: auto; border: round $warning; padding: 0 2; background: $background;
        border-title-color: $warning; border-title-style: bold;
    }
    AskFirst #choices { margin-top: 1; color: $quiet; }
    """

    def __init__(self, title: str, question: Content, choices: dict[str, str]) -> None:
        """`choices` says by key what it does."""
        super().__init__()
        self._title = title
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self._title)
            yield Static(self._question)
            yield Static(self._listed(), id="choices")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        character = (event.character or "").casefold()
        if character in self._choices:
            self.dismiss(character)
        elif character == "n" or event.key in ("escape", "enter"):
            self.dismiss("")

    def _listed(self) -> Content:
        said = [Content.assemble((key, "bold $primary"), f" {words}") for key, words in self._choices.items()]
        return Content("   ").join([*said, Content.assemble(("n", "bold $primary"), " no (default)")])
